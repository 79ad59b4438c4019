/* Owns the set of everything that papod's own code has allocated, which must be empty when a test
 * program ends. The linker replaces the calls with these functions, except in libraries. ./dev asan
 * shows where a leak was allocated. */
#include "leaks.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void __real_free(void *pointer);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void __wrap_free(void *pointer);

/* Open addressing. It is here because the functions above get no pointer to it. */
static struct {
	pthread_mutex_t lock;
	pid_t owner; /* child processes may end with memory allocated */
	void **slots;
	size_t capacity; /* a power of two */
	size_t count;
} live = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void lock_live(void)
{
	pthread_mutex_lock(&live.lock);
}

static void unlock_live(void)
{
	pthread_mutex_unlock(&live.lock);
}

static size_t home_of(const void *pointer)
{
	return (size_t) (((uint64_t) (uintptr_t) pointer >> 4) * 0x9e3779b97f4a7c15 >> 20) &
	       (live.capacity - 1);
}

static size_t place_of(const void *pointer)
{
	size_t i = home_of(pointer);

	while (live.slots[i] && live.slots[i] != pointer)
		i = (i + 1) & (live.capacity - 1);
	return i;
}

static void grow_live(void)
{
	void **old = live.slots;
	size_t capacity = live.capacity;

	live.capacity = capacity ? capacity * 2 : 1024;
	live.slots = __real_calloc(live.capacity, sizeof(*live.slots));
	if (!live.slots)
		abort();
	for (size_t i = 0; i < capacity; i++)
		if (old[i])
			live.slots[place_of(old[i])] = old[i];
	__real_free(old);
}

static void *add_live(void *pointer)
{
	if (!pointer)
		return NULL;
	lock_live();
	if (live.count * 2 >= live.capacity)
		grow_live();
	live.slots[place_of(pointer)] = pointer;
	live.count++;
	unlock_live();
	return pointer;
}

/* Pointers that follow without a gap may have to move into it. */
static void empty_slot(size_t gap)
{
	live.count--;
	live.slots[gap] = NULL;
	for (size_t i = (gap + 1) & (live.capacity - 1); live.slots[i];
		i = (i + 1) & (live.capacity - 1)) {
		void *moved = live.slots[i];

		live.slots[i] = NULL;
		live.slots[place_of(moved)] = moved;
	}
}

/* Memory that a library has allocated is not in the set. */
static void remove_live(const void *pointer)
{
	lock_live();
	if (pointer && live.capacity && live.slots[place_of(pointer)])
		empty_slot(place_of(pointer));
	unlock_live();
}

void *__wrap_malloc(size_t size)
{
	return add_live(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return add_live(__real_calloc(count, size));
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	remove_live(old);
	return add_live(__real_reallocarray(old, count, size));
}

void __wrap_free(void *pointer)
{
	remove_live(pointer);
	__real_free(pointer);
}

__attribute__((constructor)) static void note_owner(void)
{
	live.owner = getpid();
	if (pthread_atfork(lock_live, unlock_live, unlock_live) != 0)
		abort();
}

/* A thread of a worker that was freed may need a moment to end. */
size_t leaks_count(size_t most)
{
	size_t count = 0;

	for (int i = 0; i < 500; i++) {
		lock_live();
		count = live.count;
		unlock_live();
		if (count <= most)
			break;
		usleep(10000);
	}
	return count;
}

__attribute__((destructor)) static void report_leaks(void)
{
	size_t count = getpid() == live.owner ? leaks_count(0) : 0;

	if (!count)
		return;
	printf("%zu allocations were never freed; ./dev asan shows where they were made\n", count);
	fflush(stdout);
	_exit(EXIT_FAILURE);
}
