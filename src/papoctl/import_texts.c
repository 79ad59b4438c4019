/* Owns reading the files of another server, and what papoctl import prints about them. */
#include "papoctl/import_texts.h"

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "files/config_files.h"
#include "papoctl/shown.h"

void import_print_problems(const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		CLEANUP(buffer_done) struct buffer line = { 0 }, shown = { 0 };

		problem_format(&problems->items[i], &line);
		shown_put(&shown, line.bytes);
		fprintf(stderr, "%s\n", buffer_text(&shown));
	}
}

static int read_import_text(const struct import_call *call, size_t most_bytes, const char *path,
	struct import_texts *texts)
{
	char *text;
	int r = config_files_read_one(path, most_bytes, &text, NULL);

	if (r < 0) {
		CLEANUP(buffer_done) struct buffer why = { 0 };

		config_files_explain(path, r, &why);
		fprintf(stderr, "%s: %s: %s\n", call->program, path, buffer_text(&why));
		return EX_NOINPUT;
	}
	texts->files[texts->n_files] = (struct moving_file){ path, text };
	texts->texts[texts->n_files++] = text;
	return 0;
}

int import_texts_read(
	const struct import_call *call, size_t most_bytes, struct import_texts *ret_texts)
{
	int status = 0;

	ret_texts->files = mem_new(call->n_files * sizeof(*ret_texts->files));
	ret_texts->texts = mem_new(call->n_files * sizeof(*ret_texts->texts));
	for (size_t i = 0; i < call->n_files && !status; i++)
		status = read_import_text(call, most_bytes, call->files[i], ret_texts);
	return status;
}

void import_texts_done(struct import_texts *texts)
{
	for (size_t i = 0; i < texts->n_files; i++)
		mem_free_secret(texts->texts[i]);
	free(texts->texts);
	free(texts->files);
}

char *import_hash_password(const char *password)
{
	struct crypt_data *data = mem_new(sizeof(*data));
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash = NULL;
	char *copy;

	/* Without random bytes from the caller, libcrypt uses the system's. */
	if (crypt_gensalt_rn("$y$", 0, NULL, 0, setting, (int) sizeof(setting)))
		hash = crypt_rn(password, setting, data, (int) sizeof(*data));
	copy = mem_text(hash);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return copy;
}
