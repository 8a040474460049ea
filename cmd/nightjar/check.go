package main

import "github.com/spf13/cobra"

func checkCommand(s *session) *cobra.Command { _ = s; return &cobra.Command{Use: "check FILE..."} }
