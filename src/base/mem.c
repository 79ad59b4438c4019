/* Owns allocation and the abort when it fails. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void *mem_new(size_t size)
{
	void *bytes = calloc(1, size ? size : 1);

	if (!bytes)
		abort();
	return bytes;
}

void *mem_space(size_t size)
{
	void *bytes = malloc(size ? size : 1);

	if (!bytes)
		abort();
	return bytes;
}

void *mem_resize(void *old, size_t count, size_t size)
{
	void *bytes = reallocarray(old, count ? count : 1, size);

	if (!bytes)
		abort();
	return bytes;
}

void *mem_copy(const void *bytes, size_t size)
{
	void *copy = mem_space(size);

	if (size)
		memcpy(copy, bytes, size);
	return copy;
}

char *mem_text(const char *text)
{
	return text ? mem_copy(text, strlen(text) + 1) : NULL;
}

char *mem_text_n(const char *text, size_t length)
{
	char *copy = mem_space(length + 1);

	if (length)
		memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

void mem_freep(void *pointer_to_pointer)
{
	void *pointer;

	memcpy(&pointer, pointer_to_pointer, sizeof(pointer));
	free(pointer);
}

void mem_set_text(char **owned, const char *text)
{
	char *copy = mem_text(text);

	free(*owned);
	*owned = copy;
}

void mem_free_secret(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* A parser's frames, and all registers of a processor with AVX-512. */
#define WIPED_STACK (16 * 1024)

/* AddressSanitizer would leave a zone above the array as it is. */
__attribute__((noinline, no_sanitize("address"))) void mem_wipe_stack(void)
{
	char below[WIPED_STACK];

	explicit_bzero(below, sizeof(below));
}

void mem_set_secret(char **owned, const char *text)
{
	char *copy = mem_text(text);

	mem_free_secret(*owned);
	*owned = copy;
}
