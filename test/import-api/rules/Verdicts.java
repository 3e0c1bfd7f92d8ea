import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.everit.json.schema.Schema;
import org.everit.json.schema.SchemaException;
import org.everit.json.schema.ValidationException;
import org.everit.json.schema.loader.SchemaLoader;
import org.json.JSONArray;
import org.json.JSONObject;
import org.json.JSONTokener;

/**
 * Reads lines {"schema":…,"data":…} and prints each with everit's verdict: the lines of its ValidationException, none if the data
 * conform; or what the loader throws, or the validation. Of each kind it prints the first so many. README.md says how to run it.
 */
public class Verdicts {
  private static final Map<String, Integer> LEFT =
      new HashMap<>(Map.of("conforms", 250, "violates", 450, "SchemaException", 200, "other", 120, "throws", 30));

  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JSONObject given = new JSONObject(new JSONTokener(line));
      JSONObject verdict = verdict(given.getJSONObject("schema"), given.get("data"));
      String kind = kindOf(verdict);
      if (LEFT.merge(kind, -1, Integer::sum) < 0) continue;
      out.println(line.substring(0, line.length() - 1) + "," + verdict.toString().substring(1));
    }
    out.flush();
  }

  private static String kindOf(JSONObject verdict) {
    if (verdict.has("lines")) return verdict.getJSONArray("lines").length() == 0 ? "conforms" : "violates";
    if (verdict.has("throws")) return "throws";
    return verdict.getString("loaderThrows").startsWith("SchemaException") ? "SchemaException" : "other";
  }

  private static JSONObject verdict(JSONObject given, Object data) {
    Schema schema;
    try {
      schema = SchemaLoader.load(given, Verdicts::refuseToFetch);
    } catch (SchemaException e) {
      return new JSONObject().put("loaderThrows", "SchemaException: " + e.getMessage());
    } catch (RuntimeException | StackOverflowError e) {
      return new JSONObject().put("loaderThrows", e.getClass().getSimpleName());
    }
    try {
      schema.validate(data);
      return new JSONObject().put("lines", new JSONArray());
    } catch (ValidationException e) {
      return new JSONObject().put("lines", new JSONArray(linesOf(e)));
    } catch (RuntimeException | StackOverflowError e) {
      return new JSONObject().put("throws", e.getClass().getSimpleName());
    }
  }

  private static java.io.InputStream refuseToFetch(String url) {
    throw new UncheckedIOException(new IOException(url));
  }

  private static List<String> linesOf(ValidationException e) {
    List<String> lines = new ArrayList<>();
    lines.add(e.getMessage());
    for (ValidationException cause : e.getCausingExceptions()) lines.addAll(linesOf(cause));
    return lines;
  }
}
