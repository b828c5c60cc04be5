package customer

import (
	"fmt"
	"strconv"
	"strings"

	"kaidian/internal/platform/fault"
)

// Percent is a share of a whole in hundredths of a percent: 9550 is 95.5 %, and Whole is all of it.
type Percent int64

// Whole is 100 %.
const Whole Percent = 100_00

// ParsePercent reads "95", "95.5" or "95.50", from 0 to 100 with two decimal places at most. The fault names the field
// discount, the only percentage here.
func ParsePercent(text string) (Percent, error) {
	whole, frac, dot := strings.Cut(text, ".")
	n, err := strconv.ParseUint(whole, 10, 16)
	if err != nil || dot && frac == "" || len(frac) > 2 || strings.Trim(frac, "0123456789") != "" {
		return 0, fault.Fields(reasonInvalidLevel, fault.Field{
			Name: "discount", Rule: fault.Format, Message: "discount must be a number with two decimal places at most"})
	}
	hundredths, _ := strconv.ParseUint((frac + "00")[:2], 10, 16)
	p := Percent(n*100 + hundredths)
	if p > Whole {
		return 0, fault.Fields(reasonInvalidLevel, fault.Field{
			Name: "discount", Rule: fault.Range, Message: "discount must be from 0 to 100"})
	}
	return p, nil
}

// String gives the shortest text: "95.5".
func (p Percent) String() string {
	text := fmt.Sprintf("%d.%02d", p/100, p%100)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
