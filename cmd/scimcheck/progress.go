package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/embedscim/scim/scimtest"
)

// A progress shows on a terminal how far a pass is; elsewhere it says nothing.
type progress struct {
	w            io.Writer
	title        string
	all, done    int
	wrong        int
	shown, began time.Time
}

func newProgress(w io.Writer, title string, all int) *progress {
	f, ok := w.(*os.File)
	if ok {
		info, err := f.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if !ok {
		w = nil
	}
	return &progress{w: w, title: title, all: all, began: time.Now()}
}

// step counts a check that is done.
func (p *progress) step(v scimtest.Verdict) {
	p.done++
	if v == scimtest.Fail || v == scimtest.Blocked {
		p.wrong++
	}
	// A terminal is slower than checks are.
	if time.Since(p.shown) > 50*time.Millisecond {
		p.show()
	}
}

func (p *progress) show() {
	if p.w == nil {
		return
	}
	p.shown = time.Now()
	const width = 24
	bar := make([]byte, width)
	for i := range bar {
		bar[i] = '.'
		if i*p.all < p.done*width {
			bar[i] = '#'
		}
	}
	fmt.Fprintf(p.w, "\r%-20s [%s] %d/%d, %d not passed ", p.title, bar, p.done, p.all, p.wrong)
}

// end shows the last state and leaves the line.
func (p *progress) end() {
	p.show()
	if p.w != nil {
		fmt.Fprintf(p.w, "%.1fs\n", time.Since(p.began).Seconds())
	}
}
