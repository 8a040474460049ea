package prometheus

import (
	"strconv"

	"nightjar/sources"
)

// histogram reads {"count":"2","sum":"3","buckets":[[1,"0.5","1","2"],...]}.
func (d *decoder) histogram() (*sources.Histogram, error) {
	h := &sources.Histogram{}
	err := d.object(func(key []byte) (err error) {
		switch string(key) {
		case "count":
			h.Count, err = d.float()
		case "sum":
			h.Sum, err = d.float()
		case "buckets":
			h.Buckets = nil
			err = d.array(func() error {
				b, err := d.bucket()
				h.Buckets = append(h.Buckets, b)
				return err
			})
		default:
			err = d.skip()
		}
		return err
	})
	return h, err
}

func (d *decoder) bucket() (sources.Bucket, error) {
	var b sources.Bucket
	i := 0
	err := d.array(func() (err error) {
		switch i++; i {
		case 1:
			var bounds float64
			if bounds, err = d.float(); err == nil && bounds != 0 && bounds != 1 && bounds != 2 && bounds != 3 {
				err = d.fail("%v is no code of a bucket's bounds", bounds)
			} else {
				b.Bounds = uint8(bounds)
			}
		case 2:
			b.Lower, err = d.float()
		case 3:
			b.Upper, err = d.float()
		case 4:
			b.Count, err = d.float()
		default:
			err = d.skip()
		}
		return err
	})
	if err == nil && i < 4 {
		err = d.fail("a bucket of %d parts, not 4", i)
	}
	return b, err
}

// float reads a number, in quotes as the API writes sample values or without.
func (d *decoder) float() (float64, error) {
	c, err := d.peek()
	if err != nil {
		return 0, err
	}
	var b []byte
	if c == '"' {
		b, err = d.text()
	} else {
		b, err = d.number()
	}
	if err != nil {
		return 0, err
	}
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return 0, d.fail("%.40q is no number", b)
	}
	return v, nil
}
