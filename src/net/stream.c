/* Owns the table of the kinds of streams. */
#include "net/stream.h"

const struct stream *const streams[STREAM_KINDS] = {
	[STREAM_KIND_TCP] = &stream_tcp,
	[STREAM_KIND_UNIX] = &stream_unix,
	[STREAM_KIND_WRAPPED] = &stream_wrapped,
};
