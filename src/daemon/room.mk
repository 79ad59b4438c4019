sbin_PROGRAMS += papod
noinst_LIBRARIES += %D%/libdaemon.a
