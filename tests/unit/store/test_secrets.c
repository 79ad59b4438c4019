/* A verifier that was stored or read is in the file, and nowhere in the process's memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>

#include "base/pack.h"
#include "place.h"

/* The secret is never in memory as a whole, except where this test writes it on purpose. */
#define SECRET_BYTES 40
#define MASK 0x2a
static const char masked[SECRET_BYTES + 1] = "QmHkzrXpWvTyGjLoNcBdFhUeSiAwRnKqMgZxYtVp";

static void put_secret(char secret[SECRET_BYTES])
{
	for (size_t i = 0; i < SECRET_BYTES; i++)
		secret[i] = masked[i] ^ MASK;
}

static bool __attribute__((no_sanitize("address"))) is_secret_at(const volatile char *at)
{
	size_t i = 0;

	while (i < SECRET_BYTES && (at[i] ^ MASK) == masked[i])
		i++;
	return i == SECRET_BYTES;
}

static size_t __attribute__((no_sanitize("address"))) count_in_range(uintptr_t from, uintptr_t to)
{
	size_t n = 0;

	for (; from + SECRET_BYTES <= to; from++)
		n += is_secret_at((const volatile char *) from);
	return n;
}

/* Larger ranges are AddressSanitizer's notes on memory. */
#define MOST_RANGE_BYTES ((uintptr_t) 1 << 28)

/* All memory that the process can write. */
static size_t count_secrets(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512], mode[8];
	uintptr_t from, to;
	size_t n = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &from, &to, mode) == 3 &&
			strncmp(mode, "rw", 2) == 0 && to - from < MOST_RANGE_BYTES)
			n += count_in_range(from, to);
	fclose(maps);
	return n;
}

static void a_secret_in_memory_is_found(void **state)
{
	char *secret = malloc(SECRET_BYTES);

	(void) state;
	assert_non_null(secret);
	assert_int_equal(count_secrets(), 0);
	put_secret(secret);
	assert_int_equal(count_secrets(), 1);
	explicit_bzero(secret, SECRET_BYTES);
	free(secret);
	assert_int_equal(count_secrets(), 0);
}

/* Later allocations do not happen to overwrite what stands behind it. */
static const char filler[30000];

static void submit_secret(struct place *place, uint64_t number, uint64_t id)
{
	struct buffer bytes = { .is_secret = true };
	struct store_key key = { PLACE_WORLD, number };
	char secret[SECRET_BYTES];

	put_secret(secret);
	pack_text(&bytes, STORE_ACCOUNT_NAME, "ana");
	pack_text(&bytes, STORE_ACCOUNT_FOLDED, "ana");
	pack_bytes(&bytes, STORE_ACCOUNT_VERIFIER, secret, sizeof(secret));
	pack_bytes(&bytes, STORE_FIRST_FREE_FIELD + 1, filler, sizeof(filler));
	pack_bytes(&bytes, STORE_FIRST_FREE_FIELD, secret, sizeof(secret));
	assert_true(store_submit(place->store, &key,
		&(struct store_row){
			STORE_TABLE_ACCOUNTS, false, id, number, bytes.bytes, bytes.length },
		1));
	explicit_bzero(secret, sizeof(secret));
	buffer_done(&bytes);
}

static void look_at_row(void *data, const struct store_row *row)
{
	size_t *length = data;

	*length += row->length;
}

static void no_secret_is_left_in_memory(void **state)
{
	struct place *place = place_new();
	struct store_problem problem;
	size_t length = 0;

	(void) state;
	place_open(place);
	submit_secret(place, 1, 0);
	place_wait(place, 1);
	submit_secret(place, 2, 1);
	assert_int_equal(place_wait(place, 2)->status, STORE_STATUS_STORED);
	place_close(place);
	assert_int_equal(count_secrets(), 0);
	place_open(place);
	assert_true(store_read_all(place->store, look_at_row, &length, &problem));
	assert_true(length > 2 * SECRET_BYTES);
	place_close(place);
	assert_int_equal(count_secrets(), 0);
	place_free(place);
	sqlite3_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_in_memory_is_found),
		cmocka_unit_test(no_secret_is_left_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
