package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completeTargets completes what can be a TARGET and is no file: logs of the
// configuration and prefixes. Where neither fits, the shell completes files.
func (s *session) completeTargets(_ *cobra.Command, _ []string, begun string) (list []string, _ cobra.ShellCompDirective) {
	if s.readConfig() == nil { // else there are none
		for i := range s.file.Logs {
			list = append(list, s.file.Logs[i].Name)
		}
	}
	for _, prefix := range slices.Sorted(maps.Keys(logPrefixes)) {
		list = append(list, prefix+":")
	}
	list = slices.DeleteFunc(list, func(t string) bool { return begun == "" || !strings.HasPrefix(t, begun) })
	return list, cobra.ShellCompDirectiveDefault | cobra.ShellCompDirectiveNoSpace
}

// completionCommand prints the completion script of a shell.
func completionCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the completion script of a shell",
		Long: `Print the completion script of a shell. To load it:

  bash        source <(nightjar completion bash)
  zsh         nightjar completion zsh > "${fpath[1]}/_nightjar"
  fish        nightjar completion fish > ~/.config/fish/completions/nightjar.fish
  powershell  nightjar completion powershell | Out-String | Invoke-Expression`,
		ValidArgs:             []string{"bash", "zsh", "fish", "powershell"},
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return misused("completion: needs the name of one shell: bash, zsh, fish or powershell")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(s.out, true)
			case "zsh":
				return root.GenZshCompletion(s.out)
			case "fish":
				return root.GenFishCompletion(s.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(s.out)
			default:
				return misused("completion: %q is not a shell it knows; there are bash, zsh, fish and powershell", args[0])
			}
		},
	}
}
