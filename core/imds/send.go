package imds

import (
	"net"
	"time"
)

// sendCopied is up to which size a body is copied behind its header, so that
// both go out in one write. Larger ones go out in one vectored write.
const sendCopied = 64 << 10

// buffer is what one answer needs besides published bytes.
type buffer struct {
	out   []byte
	head  []byte
	token [tokenLength]byte
}

// send writes an answer.
func (s *Server) send(c *conn, o *Options, buf *buffer, rep *reply, keep bool) error {
	if err := c.SetWriteDeadline(time.Now().Add(s.limits.WriteTimeout)); err != nil {
		return err
	}
	c.sending.Store(true)
	defer c.sending.Store(false)
	buf.out = rep.append(buf.out[:0], s.dates.at(o.Now()), keep)
	if len(rep.body) > sendCopied {
		parts := net.Buffers{buf.out, rep.body}
		_, err := parts.WriteTo(c.Conn)
		return err
	}
	buf.out = append(buf.out, rep.body...)
	_, err := c.Write(buf.out)
	return err
}
