/* Parsing texts in tests. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "config/settings.h"

#define HASH "$y$j9T$AAAAAAAAAAAAAAAAAAAAA.$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define OTHER_HASH "$y$j9T$BBBBBBBBBBBBBBBBBBBBB.$BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

/* All problems are written to the buffer, one a line. NULL texts are left out. */
struct settings *parse(const char *config, const char *secrets, struct buffer *problems);
/* The same, for texts without errors. */
struct settings *parse_good(const char *config, const char *secrets);
/* The configuration has exactly these errors and warnings, one a line. */
void assert_problems(const char *config, const char *secrets, const char *expected);
