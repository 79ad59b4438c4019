/* What a configuration says of listeners, when nothing else of it counts. */
#pragma once

/* Every "listen = ( ... )" of a text of papod.conf, each on the line on which it stands, and
 * nothing else; so mistakes elsewhere in the text do not matter. The caller frees. */
char *listen_text(const char *text);
