import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Kafka's command-line tools one after the other in one virtual machine: each takes far less
 * time so. A request is {"do": class, "arguments": [...], "input": text}, an answer {"result":
 * {"status", "out", "err"}}.
 */
public final class Tools {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How a tool's call to end the process ends the tool alone. */
  private static final class Ended extends Error {
    Ended() {
      super("the tool ended", null, false, false);
    }
  }

  /** What goes to the tool that runs now: some keep the stream that they once saw. */
  private static final class Tap extends OutputStream {
    private ByteArrayOutputStream taken = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int one) {
      taken.write(one);
    }

    @Override
    public synchronized void write(byte[] some, int offset, int length) {
      taken.write(some, offset, length);
    }

    synchronized String take() {
      String all = taken.toString(StandardCharsets.UTF_8);
      taken = new ByteArrayOutputStream();
      return all;
    }
  }

  private static Integer status;

  /** What a tool would have done while its process ends. */
  private static final List<Runnable> atTheEnd = new ArrayList<>();

  private static void runHooks() {
    List<Runnable> hooks = new ArrayList<>(atTheEnd);
    atTheEnd.clear();
    hooks.forEach(Runnable::run);
  }

  private static synchronized void end(int wanted) {
    if (status == null) {
      status = wanted;
    }
    throw new Ended();
  }

  private static synchronized int takeStatus(int otherwise) {
    int found = status == null ? otherwise : status;
    status = null;
    return found;
  }

  private static int run(JsonNode request) throws Exception {
    List<String> arguments = new ArrayList<>();
    request.get("arguments").forEach(one -> arguments.add(one.asText()));
    System.setIn(
        new ByteArrayInputStream(request.get("input").asText().getBytes(StandardCharsets.UTF_8)));
    try {
      Class.forName(request.get("do").asText())
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments.toArray(new String[0]));
      return takeStatus(0);
    } catch (InvocationTargetException failure) {
      if (!(failure.getCause() instanceof Ended)) {
        failure.getCause().printStackTrace();
      }
      return takeStatus(1);
    }
  }

  public static void main(String[] none) throws Exception {
    PrintStream answers = System.out;
    Tap out = new Tap();
    Tap err = new Tap();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    Exit.setExitProcedure((wanted, message) -> end(wanted));
    Exit.setHaltProcedure((wanted, message) -> end(wanted));
    Exit.setShutdownHookAdder((name, hook) -> atTheEnd.add(hook));
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      int ended = run(JSON.readTree(line));
      runHooks();
      System.out.flush();
      System.err.flush();
      answers.println(
          JSON.writeValueAsString(
              Map.of("result", Map.of("status", ended, "out", out.take(), "err", err.take()))));
      answers.flush();
    }
    Runtime.getRuntime().halt(0);
  }
}
