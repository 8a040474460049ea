package main

import "github.com/spf13/cobra"

func infoCommand(s *session) *cobra.Command { _ = s; return &cobra.Command{Use: "info"} }
