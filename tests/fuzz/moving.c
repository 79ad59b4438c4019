/* Owns importing hostile configurations. */
#include "moving.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "moving/moved_config.h"

static char *hash(const char *password)
{
	(void) password;
	return mem_text(
		"$y$j9T$k2XAnEHBqQ1Ct2aMXFqPi/$7Isx0yuKFxzSszrrXUDe60/UjIGLydn65lnqjOE2eH.");
}

void moving_feed(const struct mapping_format *format, const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *) data, size);
	const struct moving_file file = { "old.conf", text };
	struct moving_node *root = moving_tree_new();
	struct problems problems = { 0 };
	struct moved_files files = { 0 };
	struct moved moved;

	moved_init(&moved);
	if (format->read(root, &file, &problems)) {
		assert(!problems.n_errors);
		mapping_run(format, root, &moved);
		assert(moved_hash_passwords(&moved, hash));
		assert(moved_write(&moved, &files, &problems));
	}
	moved_files_done(&files);
	moved_done(&moved);
	moving_tree_free(root);
	problems_done(&problems);
	mem_free_secret(text);
}
