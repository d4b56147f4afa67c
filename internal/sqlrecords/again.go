package sqlrecords

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"
)

// ErrCollision is a collision that no database reported; Again tries again.
var ErrCollision = errors.New("two transactions met")

// Tries is how often Again tries.
const Tries = 20

// Again does something until nothing collides: at most 20 times, with growing
// pauses of up to 50 ms.
func Again(ctx context.Context, do func() error) error {
	pause := time.Millisecond
	for i := 1; ; i++ {
		err := do()
		if err == nil || i == Tries || ctx.Err() != nil || !collision(err) {
			return err
		}
		timer := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
		pause = min(2*pause, 50*time.Millisecond)
	}
}

// collision reports whether an error means that two transactions met: by its
// SQLSTATE where the driver tells it, else by the words that MySQL's and SQLite's
// drivers are known to use.
func collision(err error) bool {
	if errors.Is(err, ErrCollision) {
		return true
	}
	if state := (interface{ SQLState() string })(nil); errors.As(err, &state) {
		switch state.SQLState() {
		case "40001", "40P01", "23505", "55P03":
			return true
		}
		return false
	}
	text := strings.ToLower(err.Error())
	for _, words := range []string{"deadlock", "lock wait timeout", "duplicate entry", "record has changed since last read", "database is locked", "database table is locked", "sqlite_busy", "unique constraint"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}
