// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.TypeReference;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/** Finds the fields that a class looks up by name, in calls of {@code findVarHandle} and {@code newUpdater}. */
final class FieldsBehindHandles extends ClassVisitor {

    private final List<Field> found = new ArrayList<>();

    private FieldsBehindHandles() {
        super(SpringAsmInfo.ASM_VERSION);
    }

    static List<Field> in(InputStream code) throws IOException {
        FieldsBehindHandles fields = new FieldsBehindHandles();
        new ClassReader(code).accept(fields, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        return fields.found;
    }

    @Override
    public MethodVisitor visitMethod(
            int access, String name, String descriptor, @Nullable String signature, String @Nullable [] exceptions) {
        return new Calls();
    }

    /** A field of the class {@code type}. */
    record Field(TypeReference type, String name) {}

    /** Remembers the constants that were loaded since the last call. The first class among them declares the field. */
    private final class Calls extends MethodVisitor {

        private @Nullable Type type;
        private @Nullable String name;

        Calls() {
            super(SpringAsmInfo.ASM_VERSION);
        }

        @Override
        public void visitLdcInsn(Object constant) {
            if (constant instanceof Type loaded && type == null) {
                type = loaded;
            } else if (constant instanceof String text) {
                name = text;
            }
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String method, String descriptor, boolean isInterface) {
            if ((method.equals("findVarHandle") || method.equals("newUpdater")) && type != null && name != null) {
                found.add(new Field(TypeReference.of(type.getClassName()), name));
            }
            type = null;
            name = null;
        }
    }
}
