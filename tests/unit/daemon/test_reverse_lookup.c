/* A name counts only if it leads back to the address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>

#include "daemon/reverse_lookup.h"

/* Answers of the name servers. */
static int name_error;
static int address_error;
static struct sockaddr_storage addresses[2]; /* of the name */

int __wrap_getnameinfo(
	const struct sockaddr *address, socklen_t length, char *host, socklen_t host_length, ...);
int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
	struct addrinfo **ret_list);
void __wrap_freeaddrinfo(struct addrinfo *list);

int __wrap_getnameinfo(
	const struct sockaddr *address, socklen_t length, char *host, socklen_t host_length, ...)
{
	va_list others;

	(void) address;
	(void) length;
	va_start(others, host_length);
	(void) va_arg(others, char *); /* the service, and the length of its name */
	(void) va_arg(others, socklen_t);
	assert_true(va_arg(others, int) & NI_NAMEREQD); /* otherwise an address could be returned */
	va_end(others);
	snprintf(host, host_length, "ana.example");
	return name_error;
}

int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
	struct addrinfo **ret_list)
{
	struct addrinfo *list = calloc(2, sizeof(*list));

	(void) service;
	(void) hints;
	assert_string_equal(name, "ana.example");
	for (size_t i = 0; i < 2; i++)
		list[i].ai_addr = (struct sockaddr *) &addresses[i];
	list[0].ai_next = &list[1];
	*ret_list = list;
	if (address_error)
		free(list);
	return address_error;
}

void __wrap_freeaddrinfo(struct addrinfo *list)
{
	free(list);
}

static void claim(size_t i, const char *text)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *) &addresses[i];
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *) &addresses[i];

	memset(&addresses[i], 0, sizeof(addresses[i]));
	if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
		ipv4->sin_family = AF_INET;
		return;
	}
	assert_int_equal(inet_pton(AF_INET6, text, &ipv6->sin6_addr), 1);
	ipv6->sin6_family = AF_INET6;
}

/* Looks up the address and compares status and name, which may be NULL. */
static void assert_looked_up(const char *address, uint64_t status, const char *name)
{
	struct job *job = job_new(reverse_lookup_run, 1, 1);

	assert_true(address_parse_range(address, &job->address));
	job->run(job);
	assert_int_equal(job->status, status);
	if (name)
		assert_string_equal(job->text, name);
	else
		assert_null(job->text);
	job_free(job);
}

static int setup(void **state)
{
	(void) state;
	name_error = address_error = 0;
	claim(0, "192.0.2.9");
	claim(1, "192.0.2.1");
	return 0;
}

static void a_name_that_leads_back_counts(void **state)
{
	(void) state;
	assert_looked_up("192.0.2.1", 0, "ana.example");
	claim(0, "2001:db8::1");
	assert_looked_up("2001:db8::1", 0, "ana.example");
}

static void a_name_of_others_does_not(void **state)
{
	(void) state;
	assert_looked_up("192.0.2.2", ENOENT, NULL);
	assert_looked_up("2001:db8::1", ENOENT, NULL);
	address_error = EAI_NONAME;
	assert_looked_up("192.0.2.1", ENOENT, NULL);
}

/* "No name" and "no answer" differ, because the next steps depend on it. */
static void no_name_is_no_failure(void **state)
{
	(void) state;
	name_error = EAI_NONAME;
	assert_looked_up("192.0.2.1", ENOENT, NULL);
	name_error = EAI_AGAIN;
	assert_looked_up("192.0.2.1", EIO, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_name_that_leads_back_counts, setup),
		cmocka_unit_test_setup(a_name_of_others_does_not, setup),
		cmocka_unit_test_setup(no_name_is_no_failure, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
