/* The listeners of a configuration, without the rest. */
#pragma once

/* Every "listen = ( ... )" of a text of papod.conf, each on its line, and nothing else, so that
 * mistakes elsewhere do not matter. The caller frees. */
char *listen_text(const char *text);
