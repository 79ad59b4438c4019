/* Owns the places of passwords in lines. A line that was misspelled may have one, too. */
#include "command/line_secret.h"

#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"

static const struct command *find_meant_command(const struct event *event)
{
	struct message_place place = message_find(event->text, event->text_length, 0);
	CLEANUP(mem_freep) char *name = mem_text_n(event->text + place.at, place.length);

	return command_find(name);
}

/* If the password is the last parameter, it extends to the end of the line: the client may have
 * forgotten the colon before a password with spaces. */
static struct message_place find_secret(const struct command *command, const struct event *event)
{
	struct message_place place = message_find(event->text, event->text_length, command->secret);

	if (place.length && command->secret >= command->min_params)
		place.length = event->text_length - place.at;
	return place;
}

/* All parameters: a command that does not exist may be one of a service, or of another server. */
static struct message_place find_params(const struct event *event)
{
	struct message_place place = message_find(event->text, event->text_length, 1);

	if (place.length)
		place.length = event->text_length - place.at;
	return place;
}

struct message_place line_secret_misplaced(const struct event *line, int n_params)
{
	struct message_place first = message_find(line->text, line->text_length, 1);
	struct message_place last = message_find(line->text, line->text_length, n_params);

	return (struct message_place){ first.at, last.at + last.length - first.at };
}

struct message_place line_secret_find(const struct event *line)
{
	const struct command *command = find_meant_command(line);

	if (!command)
		return find_params(line);
	if (command->find_secret)
		return command->find_secret(line->text, line->text_length);
	return command->secret ? find_secret(command, line) : (struct message_place){ 0 };
}
