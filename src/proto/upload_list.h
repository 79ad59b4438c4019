/* What papod asks a gate about uploaded files, and what the gate reports: the contents of the
 * messages FILES and REPORT, see gate_message.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/upload_head.h"

enum upload_errand {
	UPLOAD_ERRAND_LIST = 1, /* some files of an account, newest first */
	UPLOAD_ERRAND_REMOVE,	/* a file */
};

struct upload_question {
	enum upload_errand errand;
	uint64_t account;	       /* LIST: whose files; REMOVE: only a file of it; 0: of any */
	uint32_t n_skipped;	       /* LIST: so many of the newest are left out */
	bool is_whole;		       /* LIST: further questions follow until all are listed */
	char file[UPLOADS_NAME_BYTES]; /* REMOVE: its name */
};

#define UPLOAD_LIST_FILES 10 /* in a report */

struct listed_upload {
	char file[UPLOADS_NAME_BYTES];
	uint64_t wall_s; /* when it was uploaded */
	struct upload_head head;
};

struct upload_report {
	struct upload_question question;
	uint64_t account; /* REMOVE: whose file is removed; 0: there was none */
	uint32_t n_files; /* LIST: of the account; and their bytes on the disk */
	uint64_t bytes;
	size_t n_listed;
	struct listed_upload listed[UPLOAD_LIST_FILES];
};

/* Append it. */
void upload_question_save(struct buffer *out, const struct upload_question *question);
void upload_report_save(struct buffer *out, const struct upload_report *report);

/* False: malformed. The texts of a report are safe to be shown. */
bool upload_question_load(const void *bytes, size_t length, struct upload_question *ret_question);
bool upload_report_load(const void *bytes, size_t length, struct upload_report *ret_report);
