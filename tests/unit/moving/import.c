/* Owns importing a text in tests. */
#include "import.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"

static char *hash(const char *password)
{
	(void) password;
	return mem_text(IMPORTED_HASH);
}

static void format_all(const struct problems *problems, struct buffer *out)
{
	for (size_t i = 0; i < problems->count; i++) {
		problem_format(&problems->items[i], out);
		buffer_put_byte(out, '\n');
	}
}

void import_text(const struct mapping_format *format, const char *text, struct imported *ret)
{
	const struct moving_file file = { "old.conf", text };
	struct moving_node *root = moving_tree_new();
	struct problems problems = { 0 };
	struct moved moved;

	*ret = (struct imported){ 0 };
	moved_init(&moved);
	assert_true(format->read(root, &file, &problems));
	mapping_run(format, root, &moved);
	assert_true(moved_hash_passwords(&moved, hash));
	assert_true(moved_write(&moved, &ret->files, &problems));
	assert_int_equal(problems.count, 0);
	format_all(&moved.notes, &ret->notes);
	ret->motd = TAKE(moved.motd);
	moved_done(&moved);
	moving_tree_free(root);
}

void imported_done(struct imported *imported)
{
	moved_files_done(&imported->files);
	buffer_done(&imported->notes);
	free(imported->motd);
}

void assert_unreadable(const struct mapping_format *format, const char *text, const char *expected)
{
	const struct moving_file file = { "old.conf", text };
	struct moving_node *root = moving_tree_new();
	struct problems problems = { 0 };
	struct buffer found = { 0 };

	assert_false(format->read(root, &file, &problems));
	format_all(&problems, &found);
	assert_string_equal(buffer_text(&found), expected);
	buffer_done(&found);
	problems_done(&problems);
	moving_tree_free(root);
}
