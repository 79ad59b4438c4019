/* Questions of papod about uploaded files: a user lists them, or removes one. */
#pragma once

#include "gate/papod_link.h"
#include "gate/uploads.h"

/* Answer a message of the kind FILES. NULL: the directory cannot be used. */
void upload_desk_answer(
	struct uploads *store, const struct papod_link *link, const struct gate_message *message);
