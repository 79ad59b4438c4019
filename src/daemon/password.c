/* Owns the use of libcrypt. */
#include "daemon/password.h"

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "proto/mail_code.h"
#include "proto/old_hash.h"
#include "proto/opaque_string.h"
#include "proto/scram_verifier.h"

/* crypt(3) refuses a longer one, and an IRC line has no room for it. */
#define MOST_PASSWORD_BYTES 511

/* Clients differ in what they do to a password, see opaque_string.h. */
static bool matches_verifier(const char *password, const struct scram_verifier *verifier)
{
	char *normal;
	bool matches = scram_verifier_matches(verifier, password);

	normal = matches ? NULL : opaque_string(password);
	if (normal && strcmp(normal, password) != 0)
		matches = scram_verifier_matches(verifier, normal);
	mem_free_secret(normal);
	return matches;
}

static bool matches_hash(const char *password, const char *hash)
{
	struct crypt_data *data;
	const char *computed;
	bool matches;

	if (strlen(password) > MOST_PASSWORD_BYTES)
		return false;
	data = mem_new(sizeof(*data));
	computed = crypt_rn(password, hash, data, (int) sizeof(*data));
	matches = computed && text_is_secret(hash, computed);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return matches;
}

bool password_matches(const char *password, const char *hash)
{
	struct scram_verifier verifier;
	struct old_hash old;

	if (mail_code_is_hash(hash))
		return mail_code_matches(password, hash);
	if (old_hash_parse(hash, &old))
		return strlen(password) <= MOST_PASSWORD_BYTES && old_hash_matches(&old, password);
	return scram_verifier_parse(hash, &verifier) ? matches_verifier(password, &verifier)
						     : matches_hash(password, hash);
}

bool password_hash_is_known(const char *hash)
{
	struct scram_verifier verifier;
	struct old_hash old;

	return scram_verifier_parse(hash, &verifier) || old_hash_parse(hash, &old) ||
	       crypt_checksalt(hash) != CRYPT_SALT_INVALID;
}

/* Read a line without its line end. False: none, or too long. */
static bool read_line(char *line, size_t line_bytes)
{
	size_t length;

	if (!fgets(line, (int) line_bytes, stdin))
		return false;
	length = strcspn(line, "\n");
	if (line[length] != '\n' && !feof(stdin))
		return false;
	line[length] = '\0';
	return true;
}

static bool ask_password(const char *prompt, char *line, size_t line_bytes)
{
	struct termios shown, hidden;
	bool is_read;

	if (tcgetattr(STDIN_FILENO, &shown) < 0)
		return read_line(line, line_bytes);
	hidden = shown;
	hidden.c_lflag &= (tcflag_t) ~ECHO;
	/* Before the prompt, so that typed answers to it are not flushed. */
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	fputs(prompt, stderr);
	is_read = read_line(line, line_bytes);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	fputc('\n', stderr);
	return is_read;
}

static const char *read_password(char *password, size_t password_bytes)
{
	char again[MOST_PASSWORD_BYTES + 2];
	const char *problem = NULL;

	if (!ask_password("Password: ", password, password_bytes))
		return "no password was entered, or it is longer than 511 bytes";
	if (!password[0])
		return "the password is empty";
	if (!isatty(STDIN_FILENO))
		return NULL;
	if (!ask_password("Again: ", again, sizeof(again)) || !text_is_secret(password, again))
		problem = "the two passwords differ";
	explicit_bzero(again, sizeof(again));
	return problem;
}

static int print_hash(const char *password)
{
	struct crypt_data *data = mem_new(sizeof(*data));
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash = NULL;

	/* Without random bytes from the caller, libcrypt uses the system's. */
	if (crypt_gensalt_rn("$y$", 0, NULL, 0, setting, (int) sizeof(setting)))
		hash = crypt_rn(password, setting, data, (int) sizeof(*data));
	if (hash)
		puts(hash);
	else
		fputs("papod: this system's libcrypt cannot make yescrypt hashes\n", stderr);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return hash && fflush(stdout) == 0 ? 0 : EX_OSERR;
}

int password_hash_command(void)
{
	char password[MOST_PASSWORD_BYTES + 2];
	const char *problem = read_password(password, sizeof(password));
	int status = EX_USAGE;

	if (problem)
		fprintf(stderr, "papod: %s; nothing was hashed\n", problem);
	else
		status = print_hash(password);
	explicit_bzero(password, sizeof(password));
	return status;
}
