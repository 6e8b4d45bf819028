package router

// What an entry takes besides its bytes: itself, its place in the map, and what
// was published there; and what a piece of content does. Both are rounded up
// from what a heap profile says.
const (
	entryOverhead   = 512
	contentOverhead = 96
)

// size is about how many bytes of memory the branch's path takes in the end.
func (br *branch) size() int {
	size := entryOverhead + len(br.entry.path)
	for i := range br.entry.listings {
		size += br.entry.listings[i].size()
	}
	for i := range br.entry.chain {
		size += br.entry.chain[i].size()
	}
	return size
}

func (c *content) size() int { return contentOverhead + len(c.head) + len(c.body) }
