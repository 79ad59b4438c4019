/* Memory that never runs out: on exhaustion the process aborts, so limit every size that a client
 * controls before allocating. */
#pragma once

#include <stddef.h>

void *mem_new(size_t size);				/* zeroed */
void *mem_space(size_t size);				/* undefined contents */
void *mem_resize(void *old, size_t count, size_t size); /* contents kept, the rest undefined */
void *mem_copy(const void *bytes, size_t size);
char *mem_text(const char *text);		   /* NULL gives NULL */
char *mem_text_n(const char *text, size_t length); /* adds the final NUL */
void mem_freep(void *pointer_to_pointer);	   /* for CLEANUP(): keeps the pointer */

/* Prefetch memory that is read soon. The address need not be valid. */
static inline void mem_expect(const void *address)
{
	__builtin_prefetch(address);
	__asm__ volatile(""); /* otherwise gcc drops calls of functions that do only this */
}

/* Replace an owned string by a copy of another, which may be NULL. */
void mem_set_text(char **owned, const char *text);

/* The same for a secret: memory is overwritten before it is freed. */
void mem_set_secret(char **owned, const char *text);
void mem_free_secret(char *text); /* NULL is allowed */

/* Overwrite the stack below the caller. A library that has read a secret leaves parts of it there,
 * in its own variables and where the dynamic linker saves all registers when it looks up a
 * function. */
void mem_wipe_stack(void);
