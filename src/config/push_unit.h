/* What systemd does for papod-push: its sandbox admits what push.allow does. A drop-in. */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "config/problem.h"
#include "config/settings.h"

/* The directory of the drop-in; its file is SOCKET_UNIT_FILE. */
#define PUSH_UNIT_DIRECTORY "papod-push.service.d"

/* Append the text of the drop-in; nothing if the list is empty. */
void push_unit_format(const struct settings *settings, struct buffer *out);
/* The same from texts with mistakes elsewhere, as unit_sources_parse() does it. */
void push_unit_parse(const struct source *sources, size_t n_sources, struct problems *problems,
	struct buffer *out);
