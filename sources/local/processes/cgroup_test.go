package processes

import (
	"strings"
	"testing"
)

func TestCgroupLabel(t *testing.T) {
	id := strings.Repeat("0123456789abcdef", 4)
	f := func(file, want string) {
		t.Helper()
		if got := cgroupLabel(string(cgroupPath([]byte(file)))); got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
	f("", "")
	f("0::/\n", "")
	f("garbage\n1:x\n::::\n", "::")
	f("0::/system.slice/docker-"+id+".scope\n", "docker 0123456789ab")
	f("12:cpu,cpuacct:/docker/"+id+"\n1:name=systemd:/docker/"+id+"\n", "docker 0123456789ab")
	f("0::/system.slice/docker-"+id+".scope/init.scope\n", "docker 0123456789ab")
	f("0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-"+id+".scope\n", "containerd 0123456789ab")
	f("0::/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:"+id+"\n", "containerd 0123456789ab")
	f("0::/machine.slice/libpod-"+id+".scope/container\n", "podman 0123456789ab")
	f("0::/kubepods/besteffort/pod1/crio-"+id+"\n", "crio 0123456789ab")
	f("0::/kubepods/besteffort/pod1/"+id+"\n", "container 0123456789ab")
	f("0::/ecs/task/0123456789abcdef0123456789abcdef-1234567890\n", "container 0123456789ab")
	f("0::/lxc.payload.web/system.slice/nginx.service\n", "lxc web")
	f("0::/system.slice/ssh.service\n", "ssh.service")
	f("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope\n", "app-x.scope")
	f("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope")
	f("0::/batch/night\n", "night")
	f("9:name=systemd:/\n4:memory:/jobs/"+id+"x\n0::/\n", id+"x")
	f("4:memory:/a\n1:name=systemd:/system.slice/b.service\n", "b.service")
}

func FuzzCgroupLabel(f *testing.F) {
	f.Add([]byte("0::/system.slice/docker-0.scope\n"))
	f.Add([]byte("1:name=systemd:/lxc\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { cgroupLabel(string(cgroupPath(b))) })
}
