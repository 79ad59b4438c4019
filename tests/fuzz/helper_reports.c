/* Owns the reports of other programs. */
#include "helper_reports.h"

#include <string.h>

#include "world/history.h"
#include "world/mails.h"
#include "world/pushes.h"
#include "world/world.h"

#define CODE "aaaa-aaaa-aaaa-aaaa"
#define PUSH_KEY                                                                                   \
	"BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"

static const struct mail *find_unsent_mail(const struct world *world)
{
	const struct mail *mail;

	LIST_EACH (mail, &world->mails, in_world)
		if (!mail->hash)
			return mail;
	return NULL;
}

static bool report_mail(const struct world *world, uint64_t number, char text[HELPER_TEXT_BYTES],
	struct event *event)
{
	const struct mail *mail = find_unsent_mail(world);

	if (!mail)
		return false;
	mail_code_hash(CODE, text);
	event->kind = EVENT_MAILED;
	event->request = mail->request;
	event->status = number % (MAILED_FAILED + 1);
	event->text = text;
	event->text_length = strlen(text);
	return true;
}

static bool report_push(const struct world *world, uint64_t number, struct event *event)
{
	const struct list *announced = &world->pushes.announced;

	event->kind = EVENT_PUSHED;
	event->status = number % (PUSHED_KEY + 1);
	if (event->status == PUSHED_KEY) {
		event->text = PUSH_KEY;
		event->text_length = strlen(PUSH_KEY);
	} else if (!list_is_empty(announced)) {
		event->request = LIST_FIRST(announced, struct push, in_world)->request;
	}
	return event->text || event->request;
}

bool helper_reports(const struct world *world, char word, uint64_t number,
	char text[HELPER_TEXT_BYTES], struct event *ret_event)
{
	*ret_event = (struct event){ .kind = EVENT_HISTORY,
		.status = number % (HISTORY_STORE_LOST + 1),
		.number = world->last_msgid };
	if (word == 'm')
		return report_mail(world, number, text, ret_event);
	return word != 'j' || report_push(world, number, ret_event);
}
