/* Owns the costs of the hashes of crypt(5). */
#include "proto/crypt_cost.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define MOST_ROUNDS 1000000
#define MOST_BCRYPT_LOG 14
#define MOST_BLOCKS (1u << 20) /* of 128 bytes */
#define MOST_LOG 20
#define ONE_DIGIT 48 /* yescrypt: greater numbers have more digits */

static const char digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* 64: none. */
static uint32_t crypt_digit(char digit)
{
	const char *at = digit ? strchr(digits, digit) : NULL;

	return at ? (uint32_t) (at - digits) : 64;
}

/* SHA-crypt: "rounds=5000$", or nothing. */
static bool has_many_rounds(const char *params)
{
	static const char word[] = "rounds=";
	uint32_t rounds = 0;

	if (!text_starts_with(params, word))
		return false;
	params += strlen(word);
	for (; text_is_digit(*params) && rounds <= MOST_ROUNDS; params++)
		rounds = rounds * 10 + (uint32_t) (*params - '0');
	return *params != '$' || rounds > MOST_ROUNDS;
}

/* bcrypt: the binary logarithm, in two digits. */
static bool has_large_logarithm(const char *params)
{
	if (!text_is_digit(params[0]) || !text_is_digit(params[1]))
		return true;
	return (params[0] - '0') * 10 + (params[1] - '0') > MOST_BCRYPT_LOG;
}

static bool takes_many_blocks(uint32_t log, uint64_t factor)
{
	return log > MOST_LOG || factor << log > MOST_BLOCKS;
}

/* A number of 30 bits, the least ones first. False: malformed. */
static bool read_five_digits(const char *text, uint64_t *ret_number)
{
	*ret_number = 0;
	for (unsigned int i = 0; i < 5; i++) {
		uint32_t value = crypt_digit(text[i]);

		if (value == 64)
			return false;
		*ret_number |= (uint64_t) value << (6 * i);
	}
	return true;
}

/* scrypt: the logarithm of N, and r and p in five digits each. */
static bool has_large_scrypt(const char *params)
{
	uint64_t size, parallel;

	if (crypt_digit(params[0]) == 64 || !read_five_digits(params + 1, &size) ||
		!read_five_digits(params + 6, &parallel))
		return true;
	return size > MOST_BLOCKS || parallel > MOST_BLOCKS ||
	       takes_many_blocks(crypt_digit(params[0]), size * parallel);
}

/* yescrypt: flavour, the logarithm of N less one, r less one. What may follow makes it slower. */
static bool has_large_yescrypt(const char *params)
{
	uint32_t log = crypt_digit(params[0]) == 64 ? 64 : crypt_digit(params[1]);
	uint32_t size = log < ONE_DIGIT ? crypt_digit(params[2]) : 64;

	if (size >= ONE_DIGIT || params[3] != '$')
		return true;
	return takes_many_blocks(log + 1, size + 1);
}

static const struct {
	const char *prefix;
	bool (*is_large)(const char *params);
} costs[] = {
	{ "$5$", has_many_rounds },
	{ "$6$", has_many_rounds },
	{ "$2a$", has_large_logarithm },
	{ "$2b$", has_large_logarithm },
	{ "$2x$", has_large_logarithm },
	{ "$2y$", has_large_logarithm },
	{ "$7$", has_large_scrypt },
	{ "$y$", has_large_yescrypt },
	{ "$gy$", has_large_yescrypt },
};

bool crypt_cost_is_too_high(const char *hash)
{
	for (size_t i = 0; i < ARRAY_LENGTH(costs); i++)
		if (text_starts_with(hash, costs[i].prefix))
			return costs[i].is_large(hash + strlen(costs[i].prefix));
	return false;
}
