package processes

func newBackend(o Options) backend { return newProc(o) }
