package main

import "github.com/spf13/cobra"

func compareAB(cmd *cobra.Command, config string, sets []string, flags compareFlags) error {
	return nil
}
