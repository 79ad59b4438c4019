/* Owns the messages for devices of a scenario. */
#include "fake_pusher.h"

#include <string.h>

#include "action/pushing.h"
#include "base/cleanup.h"
#include "base/mem.h"

void fake_pusher_done(struct fake_pusher *pusher)
{
	buffer_done(&pusher->sent);
}

/* Before a line is expected, its subscription may have ended. */
static void note_push(
	struct fake_pusher *pusher, const struct world *world, const struct push *push)
{
	CLEANUP(push_message_done) struct push_message message = { 0 };

	if (pushing_compose(world, push, &message))
		buffer_format(&pusher->sent, "%s %s\n", message.endpoint, message.text);
}

bool fake_pusher_answer(
	struct fake_pusher *pusher, const struct world *world, struct event *ret_event)
{
	const struct push *push;

	if (pusher->is_held)
		return false;
	LIST_EACH (push, &world->pushes.announced, in_world) {
		if (push->request <= pusher->answered)
			continue;
		pusher->answered = push->request;
		note_push(pusher, world, push);
		*ret_event = (struct event){
			.kind = EVENT_PUSHED,
			.request = push->request,
			.status = pusher->status,
			.text = "",
		};
		return true;
	}
	return false;
}

char *fake_pusher_take(struct fake_pusher *pusher)
{
	const char *end =
		pusher->sent.length ? memchr(pusher->sent.bytes, '\n', pusher->sent.length) : NULL;
	size_t length;
	char *line;

	if (!end)
		return NULL;
	length = (size_t) (end - pusher->sent.bytes);
	line = mem_text_n(pusher->sent.bytes, length);
	buffer_drop(&pusher->sent, length + 1);
	return line;
}
