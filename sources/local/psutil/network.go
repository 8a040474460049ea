package psutil

import (
	"context"
	"fmt"
	"slices"

	"github.com/shirou/gopsutil/v4/net"
)

func readNetwork(ctx context.Context, emit Emit) error {
	devices, err := net.IOCountersWithContext(ctx, true)
	if err != nil {
		return fmt.Errorf("read network devices: %w", err)
	}
	for i := range devices {
		d := &devices[i]
		counter := func(what string, v uint64) { emit("node_network_"+what+"_total", float64(v), "device", d.Name) }
		counter("receive_bytes", d.BytesRecv)
		counter("receive_packets", d.PacketsRecv)
		counter("receive_errs", d.Errin)
		counter("receive_drop", d.Dropin)
		counter("transmit_bytes", d.BytesSent)
		counter("transmit_packets", d.PacketsSent)
		counter("transmit_errs", d.Errout)
		counter("transmit_drop", d.Dropout)
	}
	return nil
}

func readInterfaces(ctx context.Context, emit Emit) error {
	interfaces, err := net.InterfacesWithContext(ctx)
	if err != nil {
		return fmt.Errorf("read network interfaces: %w", err)
	}
	for i := range interfaces {
		x := &interfaces[i]
		up := 0.0
		if slices.Contains(x.Flags, "up") {
			up = 1
		}
		emit("node_network_up", up, "device", x.Name)
		emit("node_network_mtu_bytes", float64(x.MTU), "device", x.Name)
	}
	return nil
}
