noinst_LIBRARIES += %D%/libcommand.a
%C%_libcommand_a_SOURCES =
