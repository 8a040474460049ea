package main

import "github.com/spf13/cobra"

func frameCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "frame [flags] [TARGET...]",
		Short: "Draw one frame of what the dashboard would show",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.resolve(cmd.Flags(), args); err != nil {
				return err
			}
			return failed(exitFailed, "frame: not wired yet")
		},
	}
	s.addFlags(cmd, "config", "board", "range", "refresh", "interval", "theme", "var", "demo", "ascii", "utc", "log-file")
	return cmd
}
