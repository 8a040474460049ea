package prometheus

import "nightjar/sources"

func (d *decoder) readSeries() error {
	d.series = sources.Series{}
	d.rows.begin()
	if err := d.object(d.onKey); err != nil {
		return err
	}
	d.rows.end(&d.series)
	d.f.Series = append(d.f.Series, d.series)
	return nil
}

func (d *decoder) seriesKey(key []byte) (err error) {
	switch string(key) {
	case "metric":
		d.series.Labels, err = d.lset.labels()
	case "values":
		if err = d.setShape(ofStreams); err == nil {
			err = d.samples()
		}
	case "histograms":
		if err = d.setShape(ofStreams); err == nil {
			err = d.array(d.histogramSample)
		}
	case "value":
		if err = d.setShape(ofSamples); err == nil {
			err = d.sample()
		}
	case "histogram":
		if err = d.setShape(ofSamples); err == nil {
			err = d.histogramSample()
		}
	default:
		err = d.skip()
	}
	return err
}

func (d *decoder) setShape(s shape) error {
	if d.shape == shapeless {
		d.shape = s
	}
	if d.shape != s {
		return d.fail("series with one value and series with many in one result")
	}
	return nil
}

// samples reads [[t,"v"],...], of which nearly every answer consists.
func (d *decoder) samples() error {
	on, err := d.open('[', ']')
	for on && err == nil {
		d.want(sampleRoom)
		if t, v, n := plainSample(d.buf[d.pos:d.end]); n > 0 {
			d.pos += n
			d.rows.put(t, v)
		} else if err = d.sample(); err != nil {
			return err
		}
		if d.pos < d.end && d.buf[d.pos] == ',' {
			d.pos++
			continue
		}
		on, err = d.next(']')
	}
	return err
}

// sample reads [t,"v"], however it is written.
func (d *decoder) sample() error {
	t, err := d.timed()
	if err != nil {
		return err
	}
	v, err := d.float()
	if err != nil {
		return err
	}
	d.rows.put(t, v)
	return d.token(']')
}

func (d *decoder) histogramSample() error {
	t, err := d.timed()
	if err != nil {
		return err
	}
	h, err := d.histogram()
	if err != nil {
		return err
	}
	d.rows.putHistogram(t, h)
	return d.token(']')
}

// timed reads the beginning of a pair, [t, and gives t in milliseconds.
func (d *decoder) timed() (int64, error) {
	if err := d.token('['); err != nil {
		return 0, err
	}
	t, err := d.time()
	if err != nil {
		return 0, err
	}
	return t, d.token(',')
}

func (d *decoder) time() (int64, error) {
	b, err := d.number()
	if err != nil {
		return 0, err
	}
	t, ok := milliseconds(b)
	if !ok {
		return 0, d.fail("%.40q is no time", b)
	}
	return t, nil
}
