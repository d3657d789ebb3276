// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * Checks a bundle for Maven Central against the rules that it must meet there, without the network: {@code java
 * BundleCheck.java central-bundle.zip}. Signatures are verified by {@code gpg} with the keys that it has. Prints each
 * fault, and exits with 1 if there is one.
 */
class BundleCheck {

    private static final Map<String, String> REQUIRED_CHECKSUMS = Map.of(".md5", "MD5", ".sha1", "SHA-1");
    private static final Map<String, String> CHECKSUMS =
            Map.of(".md5", "MD5", ".sha1", "SHA-1", ".sha256", "SHA-256", ".sha512", "SHA-512");
    private static final List<String> REQUIRED_ELEMENTS = List.of(
            "name",
            "description",
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "scm/connection",
            "scm/developerConnection",
            "scm/url");
    private static final List<String> FORBIDDEN_ELEMENTS =
            List.of("parent", "repositories", "pluginRepositories", "distributionManagement", "build", "profiles");

    private final XPath xpath = XPathFactory.newInstance().newXPath();
    private final List<String> faults = new ArrayList<>();
    private final Map<String, Document> poms = new TreeMap<>();
    private int signatures;

    public static void main(String[] args) throws Exception {
        BundleCheck check = new BundleCheck();
        try (FileSystem bundle = FileSystems.newFileSystem(Path.of(args[0]))) {
            check.check(bundle.getPath("/"));
        }
        check.faults.forEach(fault -> System.out.println("FAULT " + fault));
        System.out.printf(
                "%d artifacts, %d signatures verified, %d faults%n",
                check.poms.size(), check.signatures, check.faults.size());
        System.exit(check.faults.isEmpty() && !check.poms.isEmpty() ? 0 : 1);
    }

    private void check(Path root) throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        Set<Path> folders = new TreeSet<>();
        for (Path file : files) {
            folders.add(file.getParent());
            if (!isChecksum(file)) {
                checkChecksums(file);
            }
            if (!isChecksum(file) && !isSignature(file)) {
                checkSignature(file);
            }
        }
        for (Path folder : folders) {
            checkArtifact(root.relativize(folder), folder, files);
        }
        for (Map.Entry<String, Document> pom : poms.entrySet()) {
            checkDependencies(pom.getKey(), pom.getValue());
        }
    }

    /** A folder has one artifact: {@code group/as/folders/artifact/version}. */
    private void checkArtifact(Path layout, Path folder, List<Path> files) throws Exception {
        int depth = layout.getNameCount();
        if (depth < 3) {
            faults.add(folder + ": not a folder of the form group/artifact/version");
            return;
        }
        String version = layout.getName(depth - 1).toString();
        String artifact = layout.getName(depth - 2).toString();
        String group = layout.subpath(0, depth - 2).toString().replace('/', '.');
        String prefix = artifact + "-" + version;
        if (version.endsWith("-SNAPSHOT")) {
            faults.add(folder + ": a snapshot cannot be published");
        }
        for (Path file : files) {
            if (file.getParent().equals(folder)
                    && !file.getFileName().toString().matches("\\Q" + prefix + "\\E[.-].+")) {
                faults.add(file + ": its name does not begin with " + prefix);
            }
        }
        Path pomFile = folder.resolve(prefix + ".pom");
        if (Files.notExists(pomFile)) {
            faults.add(pomFile + ": missing");
            return;
        }
        Document pom;
        try (InputStream in = Files.newInputStream(pomFile)) {
            pom = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
        }
        poms.put(group + ":" + artifact + ":" + version, pom);
        checkPom(pomFile, pom, group, artifact, version);
        if (!text(pom, "/project/packaging").equals("pom")) {
            checkJar(folder.resolve(prefix + ".jar"), "META-INF/MANIFEST.MF", "META-INF/LICENSE");
            checkJar(folder.resolve(prefix + "-sources.jar"), "module-info.java", "META-INF/LICENSE");
            checkJar(folder.resolve(prefix + "-javadoc.jar"), "index.html", "META-INF/LICENSE");
            checkSources(folder.resolve(prefix + ".jar"), folder.resolve(prefix + "-sources.jar"));
            if (Files.notExists(folder.resolve(prefix + "-cyclonedx.json"))) {
                faults.add(folder + ": no list of components");
            }
        }
    }

    private void checkPom(Path file, Document pom, String group, String artifact, String version) throws Exception {
        Map<String, String> coordinates = Map.of("groupId", group, "artifactId", artifact, "version", version);
        for (Map.Entry<String, String> expected : coordinates.entrySet()) {
            String actual = text(pom, "/project/" + expected.getKey());
            if (!actual.equals(expected.getValue())) {
                faults.add(file + ": its " + expected.getKey() + " is '" + actual + "', but its folder says '"
                        + expected.getValue() + "'");
            }
        }
        for (String element : REQUIRED_ELEMENTS) {
            if (text(pom, "/project/" + element).isBlank()) {
                faults.add(file + ": no " + element);
            }
        }
        for (String element : FORBIDDEN_ELEMENTS) {
            if (nodes(pom, "/project/" + element).getLength() > 0) {
                faults.add(file + ": has " + element);
            }
        }
        if (Files.readString(file).contains("${")) {
            faults.add(file + ": has a property that is not resolved");
        }
    }

    private void checkDependencies(String owner, Document pom) throws Exception {
        NodeList dependencies = nodes(pom, "//dependency");
        for (int i = 0; i < dependencies.getLength(); i++) {
            String group = xpath.evaluate("groupId", dependencies.item(i));
            String version = xpath.evaluate("version", dependencies.item(i));
            String scope = xpath.evaluate("scope", dependencies.item(i));
            String dependency = group + ":" + xpath.evaluate("artifactId", dependencies.item(i)) + ":" + version;
            if (version.isBlank() || version.endsWith("-SNAPSHOT") || version.matches(".*[\\[(,].*")) {
                faults.add(owner + ": depends on " + dependency + ", which has no released, fixed version");
            }
            if (scope.equals("test") || scope.equals("system")) {
                faults.add(owner + ": depends on " + dependency + " in scope " + scope);
            }
            if (group.equals(owner.substring(0, owner.indexOf(':'))) && !poms.containsKey(dependency)) {
                faults.add(owner + ": depends on " + dependency + ", which is not in the bundle");
            }
        }
    }

    private void checkJar(Path jar, String... entries) throws IOException {
        if (Files.notExists(jar)) {
            faults.add(jar + ": missing");
            return;
        }
        Path copy = copy(jar);
        try (FileSystem content = FileSystems.newFileSystem(copy)) {
            for (String entry : entries) {
                if (Files.notExists(content.getPath(entry))) {
                    faults.add(jar + ": no " + entry);
                }
            }
        } catch (ZipException broken) {
            faults.add(jar + ": " + broken.getMessage());
        } finally {
            Files.delete(copy);
        }
    }

    /** Each package that has classes has sources, whatever their language. A description of the package is none. */
    private void checkSources(Path classes, Path sources) throws IOException {
        if (Files.exists(classes) && Files.exists(sources)) {
            Set<String> missing = packages(classes, "(?!package-info|module-info).+\\.class");
            missing.removeAll(packages(sources, "(?!package-info|module-info).+\\.(java|kt)"));
            missing.forEach(name -> faults.add(sources + ": no sources of " + name));
        }
    }

    private static Set<String> packages(Path jar, String fileName) throws IOException {
        Path copy = copy(jar);
        try (FileSystem content = FileSystems.newFileSystem(copy);
                Stream<Path> all = Files.walk(content.getPath("/"))) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().matches(fileName))
                    .map(file -> file.getParent().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        } finally {
            Files.delete(copy);
        }
    }

    private void checkChecksums(Path file) throws Exception {
        for (Map.Entry<String, String> checksum : CHECKSUMS.entrySet()) {
            Path written = file.resolveSibling(file.getFileName() + checksum.getKey());
            if (Files.exists(written)) {
                byte[] digest =
                        MessageDigest.getInstance(checksum.getValue()).digest(Files.readAllBytes(file));
                if (!Files.readString(written).strip().equals(HexFormat.of().formatHex(digest))) {
                    faults.add(written + ": not the checksum of the file");
                }
            } else if (REQUIRED_CHECKSUMS.containsKey(checksum.getKey()) && !isSignature(file)) {
                faults.add(written + ": missing");
            }
        }
    }

    private void checkSignature(Path file) throws Exception {
        Path signature = file.resolveSibling(file.getFileName() + ".asc");
        if (Files.notExists(signature)) {
            faults.add(signature + ": missing");
            return;
        }
        Path signed = copy(file);
        Path detached = copy(signature);
        Process gpg = new ProcessBuilder("gpg", "--batch", "--verify", detached.toString(), signed.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(gpg.getInputStream().readAllBytes());
        if (gpg.waitFor() == 0) {
            signatures++;
        } else {
            faults.add(signature + ": not verified: " + output.strip().replaceAll("\\s+", " "));
        }
        Files.delete(signed);
        Files.delete(detached);
    }

    /** On the default file system, where other programs can read it. */
    private static Path copy(Path file) throws IOException {
        Path copy = Files.createTempFile("bundle", ".jar");
        Files.write(copy, Files.readAllBytes(file));
        return copy;
    }

    private String text(Document pom, String path) throws Exception {
        return xpath.evaluate(path, pom).strip();
    }

    private NodeList nodes(Document pom, String path) throws Exception {
        return (NodeList) xpath.evaluate(path, pom, XPathConstants.NODESET);
    }

    private static boolean isSignature(Path file) {
        return file.toString().endsWith(".asc");
    }

    private static boolean isChecksum(Path file) {
        return CHECKSUMS.keySet().stream().anyMatch(file.toString()::endsWith);
    }
}
