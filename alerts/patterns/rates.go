package patterns

import "math"

// compareRates is the natural logarithm of the two-sided p-value of a Poisson
// rates that gave a events in a time ta and b in tb being equal. Given their sum
// n, a is binomial with n and ta/(ta+tb) then, and the p-value is twice the smaller
// tail, at most 1: J. Przyborowski, H. Wilenski, "Homogeneity of results in testing
// samples from Poisson series", Biometrika 31 (1940), 313-323; as in M. P. Fay's
// rateratio.test. Counts need not be whole. It is 0 where nothing can be compared.
func compareRates(a, ta, b, tb float64) float64 {
	if !(a >= 0 && b >= 0 && a+b > 0 && ta > 0 && tb > 0) || math.IsInf(a+b, 0) {
		return 0
	}
	share := ta / (ta + tb)
	return min(0, math.Ln2+min(logUpperTail(a, b, share), logUpperTail(b, a, 1-share)))
}

// logUpperTail is the logarithm of the chance of at least k of k+rest, each with chance p.
func logUpperTail(k, rest, p float64) float64 {
	if k == 0 {
		return 0
	}
	return logBeta(k, rest+1, p)
}

// logBeta is the logarithm of the regularised incomplete beta function I_x(a,b),
// by the continued fraction 8.17.22 of the NIST Digital Library of Mathematical
// Functions, evaluated as W. J. Lentz has it; in logarithms, since tails are
// often under the least float64.
func logBeta(a, b, x float64) float64 {
	if x > (a+1)/(a+b+2) { // converges slowly; the other tail is not small here
		return math.Log1p(-math.Exp(min(logBetaSmall(b, a, 1-x), 0)))
	}
	return min(0, logBetaSmall(a, b, x))
}

func logBetaSmall(a, b, x float64) float64 {
	const tiny, enough, most = 1e-300, 1e-12, 100_000
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := a*math.Log(x) + b*math.Log1p(-x) + lab - la - lb - math.Log(a)
	away := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m < most; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / away(1+even*d)
		c = away(1 + even/c)
		f *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / away(1+odd*d)
		c = away(1 + odd/c)
		f *= d * c
		if math.Abs(d*c-1) < enough {
			break
		}
	}
	return front + math.Log(f)
}

// The least that the spread of a count is judged by.
const (
	spreadBuckets = 8
	spreadCount   = 8
)

// dispersion is how much more counts vary from one bucket to the next than Poisson's
// would: their variance by their mean (the index of dispersion), at least 1, and 1 if there are too
// few to say. Dividing counts by it is the quasi-Poisson model: P. McCullagh, J. A. Nelder,
// "Generalized Linear Models", 2nd ed. (1989), section 6.2.
func dispersion(counts []uint32) float64 {
	sum := 0.0
	for _, n := range counts {
		sum += float64(n)
	}
	if len(counts) < spreadBuckets || sum < spreadCount {
		return 1
	}
	mean, square := sum/float64(len(counts)), 0.0
	for _, n := range counts {
		square += (float64(n) - mean) * (float64(n) - mean)
	}
	return max(1, square/float64(len(counts)-1)/mean)
}
