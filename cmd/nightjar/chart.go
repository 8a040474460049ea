package main

import "nightjar/sources"

func (s *session) chart(_ *queryRequest, _ *sources.Frame) error {
	return failed(exitFailed, "query: charts are not drawn yet")
}
