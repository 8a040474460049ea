package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"nightjar/sources"
)

const (
	// maxAnswer bounds what is read of an answer that is no log.
	maxAnswer = 16 << 20
	// answerTime is how long the engine has to begin an answer.
	answerTime = 20 * time.Second
)

// An engine is the HTTP API of Docker, which Podman speaks too:
// https://docs.docker.com/reference/api/engine/. Paths have no version: the engine takes its own.
type engine struct {
	source string
	socket string
	http   http.Client
}

// A container is one of a list, as GET /containers/json has it.
type container struct {
	ID    string `json:"Id"`
	Names []string
	Image string
	State string
}

// name is the container's name without its slash, else its short ID.
func (c *container) name() string {
	if len(c.Names) > 0 {
		return strings.TrimPrefix(c.Names[0], "/")
	}
	return c.ID[:min(len(c.ID), 12)]
}

func (c *container) named(name string) bool {
	return slices.Contains(c.Names, "/"+name) || slices.Contains(c.Names, name) || len(name) >= 4 && strings.HasPrefix(c.ID, name)
}

// A details is what is used of GET /containers/ID/json.
type details struct {
	ID     string `json:"Id"`
	Config struct {
		Tty   bool
		Image string
	}
	State struct {
		Running   bool
		ExitCode  int
		StartedAt string
	}
}

// findEngine finds the socket.
func findEngine(o Options) (*engine, error) {
	const op = "open"
	host := o.Host
	if host == "" && o.Engine != "podman" {
		host = os.Getenv("DOCKER_HOST")
	}
	var tried []string
	switch scheme, rest, found := strings.Cut(host, "://"); {
	case found && scheme != "unix":
		return nil, sources.Errorf(o.Name, op, sources.KindUnsupported, "%s: only Unix sockets are read, as in unix:///var/run/docker.sock", host)
	case found:
		tried = []string{rest}
	case host != "":
		tried = []string{host}
	default:
		tried = places(o.Engine)
	}
	for _, path := range tried {
		if _, err := os.Stat(path); err == nil || !errors.Is(err, os.ErrNotExist) { //nolint:gosec // the user's own environment says where it is
			e := &engine{source: o.Name, socket: path}
			dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, "unix", path)
			}
			e.http.Transport = &http.Transport{DialContext: dial, ResponseHeaderTimeout: answerTime}
			return e, nil
		}
	}
	return nil, sources.Errorf(o.Name, op, sources.KindUnavailable, "no engine's socket at %s: start Docker, or `systemctl --user start podman.socket`, or set DOCKER_HOST", strings.Join(tried, " or "))
}

// places are where engines have their sockets.
func places(engine string) (paths []string) {
	runtime := os.Getenv("XDG_RUNTIME_DIR")
	if engine != "podman" {
		paths = append(paths, "/var/run/docker.sock")
		if runtime != "" {
			paths = append(paths, filepath.Join(runtime, "docker.sock"))
		}
	}
	if engine != "docker" {
		if runtime != "" {
			paths = append(paths, filepath.Join(runtime, "podman", "podman.sock"))
		}
		paths = append(paths, "/run/podman/podman.sock")
	}
	return paths
}

// get asks for a path; the caller closes the body.
func (e *engine) get(ctx context.Context, op, path string, query url.Values) (*http.Response, error) {
	u := url.URL{Scheme: "http", Host: "engine", Path: path, RawQuery: query.Encode()}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, sources.Errorf(e.source, op, sources.KindInternal, "%w", err)
	}
	resp, err := e.http.Do(req)
	switch {
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return nil, sources.Errorf(e.source, op, sources.KindAuth, "%s may not be opened: become a member of the group docker, run as root, or use Podman's socket of your own", e.socket)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOENT):
		return nil, sources.Errorf(e.source, op, sources.KindUnavailable, "nobody listens at %s: is the engine started?", e.socket)
	case err != nil:
		return nil, sources.Errorf(e.source, op, sources.KindUnavailable, "%s: %w", e.socket, err)
	case resp.StatusCode == http.StatusOK:
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, e.refusal(op, resp)
}

// refusal is the error of an answer that is not 200, with the engine's own words.
func (e *engine) refusal(op string, resp *http.Response) error {
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	var said struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(b, &said) != nil || said.Message == "" {
		said.Message = strings.TrimSpace(string(b))
	}
	kind := sources.KindUnavailable
	switch resp.StatusCode {
	case http.StatusNotFound, http.StatusBadRequest:
		kind = sources.KindQuery
	case http.StatusUnauthorized, http.StatusForbidden:
		kind = sources.KindAuth
	case http.StatusTooManyRequests:
		kind = sources.KindThrottled
	case http.StatusNotImplemented:
		kind = sources.KindUnsupported
	}
	if strings.Contains(said.Message, "does not support reading") {
		kind, said.Message = sources.KindUnsupported, said.Message+": use the driver json-file, local or journald"
	}
	return sources.Errorf(e.source, op, kind, "%s: %s", resp.Status, said.Message)
}

// ask reads an answer of JSON.
func (e *engine) ask(ctx context.Context, op, path string, query url.Values, into any) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	resp, err := e.get(ctx, op, path, query)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return sources.Errorf(e.source, op, sources.KindUnavailable, "%w", err)
	case len(b) > maxAnswer:
		return sources.Errorf(e.source, op, sources.KindTooLarge, "%s: more than %d MiB", path, maxAnswer>>20)
	}
	if err := json.Unmarshal(b, into); err != nil {
		return sources.Errorf(e.source, op, sources.KindProtocol, "%s: %w", path, err)
	}
	return nil
}

// version is the engine's name and version.
func (e *engine) version(ctx context.Context) (string, error) {
	var v struct {
		Version    string
		Components []struct{ Name, Version string }
	}
	if err := e.ask(ctx, "version", "/version", nil, &v); err != nil {
		return "", err
	}
	for _, c := range v.Components {
		if strings.HasPrefix(c.Name, "Podman") {
			return "Podman " + c.Version, nil
		}
	}
	return v.Version, nil
}

// list lists containers: those that run, or all.
func (e *engine) list(ctx context.Context, all bool) (list []container, err error) {
	query := url.Values{}
	if all {
		query.Set("all", "1")
	}
	err = e.ask(ctx, "list containers", "/containers/json", query, &list)
	return list, err
}

// inspect describes a container.
func (e *engine) inspect(ctx context.Context, name string) (d details, err error) {
	err = e.ask(ctx, "inspect", "/containers/"+url.PathEscape(name)+"/json", nil, &d)
	return d, err
}

// logs reads a container's log: the last tail lines, or if since is set, what was said from then on.
func (e *engine) logs(ctx context.Context, id string, since int64, tail int, follow bool) (io.ReadCloser, error) {
	query := url.Values{"stdout": {"1"}, "stderr": {"1"}, "timestamps": {"1"}, "tail": {fmt.Sprint(tail)}}
	if since > 0 {
		query.Set("since", fmt.Sprintf("%d.%09d", since/1e9, since%1e9))
		query.Set("tail", "all")
	}
	if follow {
		query.Set("follow", "1")
	}
	resp, err := e.get(ctx, "logs", "/containers/"+url.PathEscape(id)+"/logs", query)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}
