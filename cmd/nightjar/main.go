// Command nightjar is the terminal for the person on call.
package main

func main() {}
