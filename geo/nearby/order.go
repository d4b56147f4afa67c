package nearby

// quickselect reorders c so that the k+1 smallest come first, and returns the
// largest of them. Equal values cost nothing extra.
func quickselect(c []candidate, k int) float64 {
	low, high := 0, len(c)-1
	for low < high {
		pivot := median(c[low].d, c[(low+high)/2].d, c[high].d)
		i, j := low, high
		for i <= j {
			for c[i].d < pivot {
				i++
			}
			for c[j].d > pivot {
				j--
			}
			if i <= j {
				c[i], c[j] = c[j], c[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return c[k].d
		}
	}
	return c[k].d
}

func median(a, b, c float64) float64 {
	if a > b {
		a, b = b, a
	}
	return max(a, min(b, c))
}
