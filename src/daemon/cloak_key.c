/* Owns the key of the cloaks that papod creates if secrets.ini has none.
 *
 * The key comes in with the settings, from secrets.ini or from the file created here, which is one
 * more source. Snapshots and recordings therefore contain it without extra code. */
#include "daemon/cloak_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "files/config_files.h"
#include "proto/cloak.h"
#include "service/state_directory.h"

#define FILE_NAME "cloak.key"
#define FILE_BYTES (CLOAK_KEY_DIGITS + 1)

struct cloak_key {
	const struct log *log;
	char *text; /* NULL: not requested yet */
	char *name;
	char *earlier; /* key of the previous process; NULL: unknown */
};

struct cloak_key *cloak_key_new(const struct log *log)
{
	struct cloak_key *key = mem_new(sizeof(*key));

	key->log = log;
	return key;
}

static void forget_earlier(struct cloak_key *key)
{
	if (key->earlier)
		explicit_bzero(key->earlier, strlen(key->earlier));
	free(TAKE(key->earlier));
}

void cloak_key_free(struct cloak_key *key)
{
	if (!key)
		return;
	if (key->text)
		explicit_bzero(key->text, strlen(key->text));
	free(key->text);
	free(key->name);
	forget_earlier(key);
	free(key);
}

/* Without another key, clients keep the cloaks made with this one. */
void cloak_key_remember(struct cloak_key *key, const char *digits)
{
	forget_earlier(key);
	if (digits && cloak_key_is_valid(digits))
		key->earlier = mem_text(digits);
}

static void make_digits(char digits[CLOAK_KEY_DIGITS + 1])
{
	uint8_t bytes[CLOAK_KEY_DIGITS / 2];

	/* Never short for so few bytes; may wait until the kernel's generator is seeded. */
	while (getrandom(bytes, sizeof(bytes), 0) != (ssize_t) sizeof(bytes))
		if (errno != EINTR)
			abort();
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
}

static int read_file(const char *path, char digits[CLOAK_KEY_DIGITS + 1])
{
	CLEANUP(mem_freep) char *text = NULL;
	int error = config_files_read_one(path, FILE_BYTES, &text, NULL);

	if (error)
		return error;
	text[strcspn(text, "\n")] = '\0';
	if (!cloak_key_is_valid(text))
		return -EBADMSG;
	memcpy(digits, text, CLOAK_KEY_DIGITS + 1);
	return 0;
}

static int make_key_file(const struct log *log, const char *path, char digits[CLOAK_KEY_DIGITS + 1])
{
	char line[FILE_BYTES + 1];
	int error;

	make_digits(digits);
	snprintf(line, sizeof(line), "%s\n", digits);
	error = state_directory_write_file(path, line, FILE_BYTES);
	if (!error)
		log_entry(log, LOGBOOK_CLOAK_KEY_MADE, "FILE", path);
	return error;
}

/* What the administrator can do about the error. */
static const char *explain_key_error(int error)
{
	if (error == -EBADMSG || error == -EFBIG || error == -EILSEQ)
		return "it does not have 32 hexadecimal digits; put the right ones there, or "
		       "remove it";
	return strerror(-error);
}

static void use_for_this_run(struct cloak_key *key, const char *path, const char *reason,
	char digits[CLOAK_KEY_DIGITS + 1])
{
	if (key->earlier)
		memcpy(digits, key->earlier, CLOAK_KEY_DIGITS + 1);
	else
		make_digits(digits);
	mem_set_text(&key->name, "(the key of this run)");
	log_entry(key->log, LOGBOOK_CLOAK_KEY_TEMPORARY, "FILE", path, "REASON", reason);
}

static void obtain_digits(struct cloak_key *key, char digits[CLOAK_KEY_DIGITS + 1])
{
	CLEANUP(mem_freep) char *path = state_directory_path(FILE_NAME);
	int error;

	if (!path) {
		use_for_this_run(key, NULL, "there is no $STATE_DIRECTORY", digits);
		return;
	}
	error = read_file(path, digits);
	if (error == -ENOENT)
		error = make_key_file(key->log, path, digits);
	if (error)
		use_for_this_run(key, path, explain_key_error(error), digits);
	else
		mem_set_text(&key->name, path);
}

const char *cloak_key_text(struct cloak_key *key, const char **ret_name)
{
	char digits[CLOAK_KEY_DIGITS + 1];
	struct buffer text = { 0 };

	if (!key->text) {
		obtain_digits(key, digits);
		buffer_format(&text, "[cloak]\nkey = %s\n", digits);
		key->text = buffer_take(&text);
		explicit_bzero(digits, sizeof(digits));
	}
	*ret_name = key->name;
	return key->text;
}
