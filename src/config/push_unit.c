/* Owns the drop-in of papod-push. The sandbox knows no ports: papod-push itself checks these. */
#include "config/push_unit.h"

#include <string.h>

#include "base/address.h"
#include "config/listen_text.h"
#include "config/unit_sources.h"
#include "proto/push_wall.h"

static const char head[] =
	"# Made by papod-generator from push.allow of papod.conf. Change that and run\n"
	"# papod --apply; or add a drop-in of your own.\n"
	"[Service]\n";

void push_unit_format(const struct settings *settings, struct buffer *out)
{
	char text[ADDRESS_TEXT_BYTES];
	struct address range;

	if (settings->push.n_allow)
		buffer_put_text(out, head);
	for (size_t i = 0; i < settings->push.n_allow; i++) {
		if (!push_wall_parse(settings->push.allow[i], &range))
			continue; /* refused already */
		address_format_network(&range, text);
		buffer_format(out, "IPAddressAllow=%s\n", text);
	}
}

void push_unit_parse(const struct source *sources, size_t n_sources, struct problems *problems,
	struct buffer *out)
{
	struct settings *settings =
		unit_sources_settings(sources, n_sources, push_settings_text, problems);

	push_unit_format(settings, out);
	settings_unref(settings);
}
