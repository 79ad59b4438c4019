/* Dates as text, in UTC, without the C library's time zones. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DAY_MS UINT64_C(86400000)
#define DATE_BYTES 32

/* "2026-11-21T04:30:00.123Z", as in IRCv3 server-time. */
void date_format_iso(uint64_t wall_ms, char text[DATE_BYTES]);

/* The same back, with any number of digits behind the point, or without one. False: not such a
 * time, or one before 1970. */
bool date_parse_iso(const char *text, uint64_t *ret_wall_ms);

/* "2026-11-21": its first moment. */
bool date_parse_day(const char *text, uint64_t *ret_wall_ms);

/* "2026-11-21 04:30:00 UTC", for humans. */
void date_format_plain(uint64_t wall_ms, char text[DATE_BYTES]);

/* "Sat, 21 Nov 2026 04:30:00 GMT", as in HTTP (RFC 9110 5.6.7). */
void date_format_http(uint64_t wall_ms, char text[DATE_BYTES]);
