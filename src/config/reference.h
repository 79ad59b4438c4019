/* The option table as documents. */
#pragma once

#include "base/buffer.h"

/* The whole sample file: every option, commented out, with its default or an example. A
 * line of prose begins with "# ", an option that the reader can uncomment with "#". */
void reference_sample(struct buffer *out);

/* For papod.conf(5): one subsection (.Ss) a group or list; and the list of privileges. */
void reference_mdoc(struct buffer *out);
void reference_mdoc_privileges(struct buffer *out);
