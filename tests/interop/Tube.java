import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A tube: its input goes into TLS, and what comes out of TLS is its output. The line ^rekey^
 * changes the keys of both sides. When the input ends it sends close_notify; an end of the output
 * without one is an error.
 *
 * java Tube PORT AUTHORITY.pem VERSION [FRAGMENT]
 */
public class Tube {
    public static void main(String[] words) throws Exception {
        SSLSocket server = (SSLSocket) context(words[1]).getSocketFactory()
            .createSocket("localhost", Integer.parseInt(words[0]));
        SSLParameters parameters = server.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv" + words[2]});
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (words.length > 3)
            parameters.setMaximumPacketSize(Integer.parseInt(words[3]));
        server.setSSLParameters(parameters);
        server.startHandshake();

        Thread sender = new Thread(() -> send(server));
        sender.setDaemon(true);
        sender.start();
        copy(server.getInputStream(), System.out);
    }

    static SSLContext context(String path) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        SSLContext context = SSLContext.getInstance("TLS");

        store.load(null, null);
        try (InputStream file = new FileInputStream(path)) {
            store.setCertificateEntry("authority",
                CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        trust.init(store);
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    static void send(SSLSocket server) {
        try {
            String line;
            while ((line = readLine(System.in)) != null) {
                if (line.equals("^rekey^\n"))
                    server.startHandshake(); // in TLS 1.3, a KeyUpdate
                else
                    server.getOutputStream().write(line.getBytes("ISO-8859-1"));
            }
            server.shutdownOutput();
        } catch (IOException problem) {
            problem.printStackTrace();
            System.exit(1);
        }
    }

    static String readLine(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;

        while ((next = input.read()) != -1) {
            line.write(next);
            if (next == '\n')
                return line.toString("ISO-8859-1");
        }
        return null;
    }

    static void copy(InputStream input, OutputStream output) throws IOException {
        byte[] bytes = new byte[65536];
        int length;

        while ((length = input.read(bytes)) != -1) {
            output.write(bytes, 0, length);
            output.flush();
        }
    }
}
