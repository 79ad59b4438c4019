/* Texts of mails, as an administrator writes them: a first line "Subject: ...", an empty line, and
 * the text. Names in braces are replaced: "{account}". Other braces stay. */
#pragma once

#include "proto/mail_lines.h"

enum mail_word {
	MAIL_WORD_ACCOUNT,
	MAIL_WORD_CODE,
	MAIL_WORD_SERVER,
	MAIL_WORD_NETWORK,
	MAIL_WORD_TIME, /* that the code is valid for, with its unit */
	MAIL_WORD_COUNT
};

/* Fill in subject and text. NULL, or what is wrong with the template (static text); then the
 * message is unchanged. */
const char *mail_template_use(const char *template, const char *const words[MAIL_WORD_COUNT],
	struct mail_message *message);
/* What is wrong with it, whatever the words; NULL: nothing. */
const char *mail_template_check(const char *template);
