/* Feeds files to a fuzz target without libFuzzer, so that every compiler runs inputs that were
 * found once. Without arguments: the corpus that belongs to the program's name. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	INPUT_MAX = 1 << 20
};

static bool feed_file(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX), *exact;
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!data || !file) {
		fprintf(stderr, "not ok - %s: cannot be read\n", path);
		free(data);
		return false;
	}
	size = fread(data, 1, INPUT_MAX, file);
	fclose(file);
	/* The exact size, so that AddressSanitizer finds every read beyond it. */
	exact = malloc(size + !size);
	if (exact)
		memcpy(exact, data, size);
	free(data);
	if (exact)
		(void) LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return exact;
}

static int feed_directory(const char *path)
{
	struct dirent **entries;
	int n_fed = 0, n = scandir(path, &entries, NULL, alphasort);
	char *file;

	if (n < 0) {
		fprintf(stderr, "not ok - %s: no such directory of inputs\n", path);
		return -1;
	}
	for (int i = 0; i < n; i++) {
		if (asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
			abort();
		if (entries[i]->d_name[0] != '.' && n_fed >= 0)
			n_fed = feed_file(file) ? n_fed + 1 : -1;
		free(file);
		free(entries[i]);
	}
	free(entries);
	return n_fed;
}

/* "build/tests/fuzz/fuzz_frame" has "<srcdir>/tests/fuzz/corpus/frame". */
static int feed_own_corpus(const char *program)
{
	const char *slash = strrchr(program, '/'), *name = slash ? slash + 1 : program;
	const char *sources = getenv("srcdir");
	char *path;
	int n_fed;

	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	if (asprintf(&path, "%s/tests/fuzz/corpus/%s", sources ? sources : ".", name) < 0)
		abort();
	n_fed = feed_directory(path);
	free(path);
	return n_fed;
}

int main(int argc, char **argv)
{
	int n_fed = 0;

	if (argc == 1)
		n_fed = feed_own_corpus(argv[0]);
	for (int i = 1; i < argc && n_fed >= 0; i++)
		n_fed = feed_file(argv[i]) ? n_fed + 1 : -1;
	if (n_fed <= 0) {
		fprintf(stderr, "not ok - no input was tried\n");
		return 1;
	}
	printf("ok - %d inputs\n", n_fed);
	return 0;
}
