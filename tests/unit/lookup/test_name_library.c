/* What the C library says becomes a reply that papod reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "lookup/name_library.h"

#define MOST 100

/* Answers of the name servers. */
static int name_error;
static int address_error;
static int asked_family;
static const char *name = "ana.example";
static struct sockaddr_storage addresses[MOST]; /* of the name */
static size_t n_addresses;

int __wrap_getnameinfo(
	const struct sockaddr *address, socklen_t length, char *host, socklen_t host_length, ...);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
	struct addrinfo **ret_list);
void __wrap_freeaddrinfo(struct addrinfo *list);

int __wrap_getnameinfo(
	const struct sockaddr *address, socklen_t length, char *host, socklen_t host_length, ...)
{
	va_list others;

	asked_family = address->sa_family;
	assert_int_equal(length,
		asked_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	va_start(others, host_length);
	(void) va_arg(others, char *); /* the service, and the length of its name */
	(void) va_arg(others, socklen_t);
	assert_true(va_arg(others, int) & NI_NAMEREQD); /* otherwise an address could be returned */
	va_end(others);
	snprintf(host, host_length, "%s", name);
	return name_error;
}

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
	struct addrinfo **ret_list)
{
	struct addrinfo *list = calloc(MOST, sizeof(*list));

	(void) service;
	assert_string_equal(host, "ana.example");
	asked_family = hints->ai_family;
	for (size_t i = 0; i < n_addresses; i++) {
		list[i].ai_addr = (struct sockaddr *) &addresses[i];
		list[i].ai_next = i + 1 < n_addresses ? &list[i + 1] : NULL;
	}
	*ret_list = list;
	if (address_error)
		free(list);
	return address_error;
}

void __wrap_freeaddrinfo(struct addrinfo *list)
{
	free(list);
}

static void claim(const char *text)
{
	struct sockaddr_storage *at = &addresses[n_addresses++];
	struct sockaddr_in *ipv4 = (struct sockaddr_in *) at;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *) at;

	memset(at, 0, sizeof(*at));
	if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
		ipv4->sin_family = AF_INET;
		return;
	}
	assert_int_equal(inet_pton(AF_INET6, text, &ipv6->sin6_addr), 1);
	ipv6->sin6_family = AF_INET6;
}

static int setup(void **state)
{
	(void) state;
	name_error = address_error = 0;
	n_addresses = 0;
	name = "ana.example";
	return 0;
}

static enum resolve_answer look_up_name(const char *address, char **ret_name)
{
	CLEANUP(buffer_done) struct buffer reply = { 0 };
	struct resolve_question question = { .is_for_name = true };

	assert_true(address_parse_range(address, &question.address));
	name_library_answer(&question, &reply);
	return resolve_read_name(reply.bytes, reply.length - 1, ret_name);
}

static enum resolve_answer look_up_host(
	enum address_family family, struct address *found, size_t *ret_count)
{
	CLEANUP(buffer_done) struct buffer reply = { 0 };
	struct resolve_question question = { .family = family, .host = "ana.example" };

	name_library_answer(&question, &reply);
	return resolve_read_addresses(reply.bytes, reply.length - 1, found, MOST, ret_count);
}

static void an_address_of_either_family_has_a_name(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::1" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		CLEANUP(mem_freep) char *found = NULL;

		assert_int_equal(look_up_name(texts[i], &found), RESOLVE_ANSWER_YES);
		assert_string_equal(found, "ana.example");
		assert_int_equal(asked_family, i == 0 ? AF_INET : AF_INET6);
	}
}

static void no_name_is_no_failure(void **state)
{
	char *found = NULL;

	(void) state;
	name_error = EAI_NONAME;
	assert_int_equal(look_up_name("192.0.2.1", &found), RESOLVE_ANSWER_NO);
	name_error = EAI_AGAIN;
	assert_int_equal(look_up_name("192.0.2.1", &found), RESOLVE_ANSWER_FAILED);
	name_error = EAI_FAIL;
	assert_int_equal(look_up_name("192.0.2.1", &found), RESOLVE_ANSWER_FAILED);
}

/* A name server may send any bytes, which JSON cannot transport. */
static void a_name_that_is_no_text_is_none(void **state)
{
	char *found = NULL;

	(void) state;
	name = "\xff.example";
	assert_int_equal(look_up_name("192.0.2.1", &found), RESOLVE_ANSWER_NO);
}

static void a_host_has_its_addresses(void **state)
{
	struct address found[MOST];
	char text[ADDRESS_TEXT_BYTES];
	size_t count;

	(void) state;
	claim("192.0.2.9");
	claim("2001:db8::1");
	assert_int_equal(look_up_host(ADDRESS_FAMILY_NONE, found, &count), RESOLVE_ANSWER_YES);
	assert_int_equal(asked_family, AF_UNSPEC);
	assert_int_equal(count, 2);
	address_format(&found[0], text);
	assert_string_equal(text, "192.0.2.9");
	address_format(&found[1], text);
	assert_string_equal(text, "2001:db8::1");
	look_up_host(ADDRESS_FAMILY_IPV4, found, &count);
	assert_int_equal(asked_family, AF_INET);
	look_up_host(ADDRESS_FAMILY_IPV6, found, &count);
	assert_int_equal(asked_family, AF_INET6);
}

static void a_host_without_addresses_is_no_failure(void **state)
{
	struct address found[MOST];
	size_t count;

	(void) state;
	address_error = EAI_NONAME;
	assert_int_equal(look_up_host(ADDRESS_FAMILY_IPV4, found, &count), RESOLVE_ANSWER_NO);
	address_error = EAI_AGAIN;
	assert_int_equal(look_up_host(ADDRESS_FAMILY_IPV4, found, &count), RESOLVE_ANSWER_FAILED);
}

static void a_reply_has_at_most_64_addresses(void **state)
{
	struct address found[MOST];
	size_t count;

	(void) state;
	while (n_addresses < MOST)
		claim("192.0.2.9");
	assert_int_equal(look_up_host(ADDRESS_FAMILY_IPV4, found, &count), RESOLVE_ANSWER_YES);
	assert_int_equal(count, 64);
}

static void names_are_never_completed(void **state)
{
	(void) state;
	unsetenv("LOCALDOMAIN");
	setenv("RES_OPTIONS", "timeout:7", 1);
	name_library_prepare();
	assert_string_equal(getenv("LOCALDOMAIN"), ".");
	assert_string_equal(getenv("RES_OPTIONS"), "timeout:7"); /* of the administrator */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_address_of_either_family_has_a_name, setup),
		cmocka_unit_test_setup(no_name_is_no_failure, setup),
		cmocka_unit_test_setup(a_name_that_is_no_text_is_none, setup),
		cmocka_unit_test_setup(a_host_has_its_addresses, setup),
		cmocka_unit_test_setup(a_host_without_addresses_is_no_failure, setup),
		cmocka_unit_test_setup(a_reply_has_at_most_64_addresses, setup),
		cmocka_unit_test_setup(names_are_never_completed, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
