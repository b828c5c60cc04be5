package limit

// KeepAtMost bounds a limiter to fewer keys than it has room for.
func (l *Limiter) KeepAtMost(keys int) { l.most = keys }

// Kept gives how many keys are in memory.
func (l *Limiter) Kept() int { return len(l.empty) }
