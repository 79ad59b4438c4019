/* Importing a text in tests. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "moving/mapping.h"
#include "moving/moved_config.h"

#define IMPORTED_HASH "$y$j9T$k2XAnEHBqQ1Ct2aMXFqPi/$7Isx0yuKFxzSszrrXUDe60/UjIGLydn65lnqjOE2eH."

struct imported {
	struct moved_files files; /* those of papod, which its own parser accepts */
	struct buffer notes;	  /* one a line */
	char *motd;
};

/* Each password gets the same hash. */
void import_text(const struct mapping_format *format, const char *text, struct imported *ret);
void imported_done(struct imported *imported);

/* The reader refuses the text with these problems. */
void assert_unreadable(const struct mapping_format *format, const char *text, const char *expected);
