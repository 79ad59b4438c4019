/* What stands in front of the content of an uploaded file on the disk: a fixed number of bytes, so
 * that the file is complete in itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/http_upload.h"

#define UPLOAD_HEAD_BYTES 4096

/* The random name of a file, which stands in its URL. */
#define UPLOADS_NAME_LENGTH 22
#define UPLOADS_NAME_BYTES (UPLOADS_NAME_LENGTH + 1)

struct upload_head {
	uint64_t account; /* the id of the uploader's; never 0 */
	uint64_t length;  /* of the content; never 0 */
	char type[UPLOAD_TYPE_BYTES];
	char name[UPLOAD_NAME_BYTES]; /* "": none */
};

void upload_head_save(const struct upload_head *head, uint8_t bytes[UPLOAD_HEAD_BYTES]);
/* False: it is none. */
bool upload_head_load(const uint8_t bytes[UPLOAD_HEAD_BYTES], struct upload_head *ret_head);
bool uploads_name_is_valid(const char *name);
