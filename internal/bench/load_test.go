package main

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

func TestRunCountsEveryRequest(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]int{}
	addr := serverOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[r.URL.Path]++
	}))
	q := request{name: "GET", status: http.StatusOK, bytes: [][]byte{get("/a"), get("/b"), get("/c"), get("/d")}}
	l, err := dial(t.Context(), target{addr: addr}, q, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	total := 0
	for range 2 { // connections are kept from one turn to the next
		b, err := l.run(20 * time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if b.elapsed < 20*time.Millisecond {
			t.Errorf("the turn took %s", b.elapsed)
		}
		total += len(b.took)
	}
	mu.Lock()
	defer mu.Unlock()
	sum := 0
	for _, n := range seen {
		sum += n
	}
	if total == 0 || sum != total {
		t.Errorf("%d requests were measured, the server saw %d", total, sum)
	}
	if len(seen) != 4 {
		t.Errorf("only these were asked for: %v", seen)
	}
}

func TestRunFailsOnARefusal(t *testing.T) {
	t.Parallel()
	q := request{name: "GET", status: http.StatusOK, bytes: [][]byte{get("/"), get("/bad")}}
	l, err := dial(t.Context(), target{addr: serverOf(t, http.HandlerFunc(hello))}, q, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	if b, err := l.run(time.Second); err == nil {
		t.Errorf("%d requests were measured, half of them refused", len(b.took))
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	hundred := make([]time.Duration, 100)
	for i, n := range rand.Perm(100) {
		hundred[i] = time.Duration(n + 1)
	}
	for _, c := range []struct {
		values []time.Duration
		p      int
		want   time.Duration
	}{
		{nil, 50, 0}, {[]time.Duration{7}, 50, 7}, {[]time.Duration{7}, 99, 7}, {[]time.Duration{2, 1}, 50, 1},
		{[]time.Duration{3, 1, 2}, 50, 2}, {hundred, 50, 50}, {hundred, 99, 99}, {hundred, 100, 100},
	} {
		if got := percentile(c.values, c.p); got != c.want {
			t.Errorf("percentile %d of %v is %d, want %d", c.p, c.values, got, c.want)
		}
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for want, values := range map[int][]int{0: nil, 5: {5}, 1: {2, 1}, 2: {3, 1, 2}, 4: {9, 4, 3, 8}} {
		if got := median(values); got != want {
			t.Errorf("the median of %v is %d, want %d", values, got, want)
		}
	}
}
